import type { RoomId } from "../../schema/ids.ts";
import { builtIn } from "../../schema/slash/built-in.ts";
import { type Help, meaning } from "../../schema/slash/meaning.ts";
import { readSlash } from "../../schema/slash/read.ts";
import { t } from "../text.ts";

export interface TypedAt {
  readonly room_id: RoomId;
  readonly time_zone: string;
  readonly now_ms: number;
}

/** What a text that was typed comes to. */
export type Typed =
  /** Words for the room, which the outbox keeps until there is a line. */
  | { readonly to: "outbox"; readonly text: string }
  | { readonly to: "self"; readonly help: readonly Help[] }
  /** Something to be done now, by the deployment. */
  | { readonly to: "deployment" }
  | { readonly to: "nobody"; readonly problem: string };

export function typed(text: string, { room_id, time_zone, now_ms }: TypedAt): Typed {
  const read = readSlash(text, builtIn);
  if (read.kind === "none") return { to: "outbox", text: read.text };
  if (read.kind === "wrong")
    return {
      to: "nobody",
      problem:
        read.usage === null
          ? t("composer.unknown_slash", { name: read.name })
          : t("composer.bad_slash", { usage: read.usage }),
    };
  const [first] = meaning(read, { room_id, time_zone, now_ms, registry: builtIn });
  if (first?.to === "self") return first;
  return first?.to === "room" && first.command.type === "send"
    ? { to: "outbox", text: first.command.text }
    : { to: "deployment" };
}
