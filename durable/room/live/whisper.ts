import type { Caller } from "../../../schema/caller.ts";
import type { Whispered } from "../../../schema/frames/whisper.ts";
import type { UserId } from "../../../schema/ids.ts";
import { ID_RANDOM_BYTES, makeId } from "../../../schema/ids.ts";
import type { Settled } from "../../kernel/outcome.ts";
import { accepted, refused } from "../../kernel/outcome.ts";
import type { RoomContext } from "../context.ts";
import { standing } from "../rules/standing.ts";
import { members } from "../stores/members.ts";
import { tellUser } from "./tell.ts";

export interface Whispering {
  readonly to: UserId;
  readonly text: string;
}

/** Something for one member's eyes, on every socket of theirs that is here now. It is kept nowhere. */
export function whisper(
  context: RoomContext,
  caller: Caller,
  { to, text }: Whispering,
): Settled<Whispered> {
  const { sql } = context.host;
  const room = context.room();
  const me = room && members.find(sql, caller.user_id);
  const may = standing({ room, me, now: context.host.now }, "message.whisper");
  if (may.kind === "refused") return may;
  if (!members.find(sql, to)) return refused("not_found", { field: "to" });
  return accepted(whisperTo(context, caller.user_id, { to, text }));
}

/** The same without a question of permission: `from` is null where the room itself speaks. */
export function whisperTo(
  context: RoomContext,
  from: UserId | null,
  { to, text }: Whispering,
): Whispered {
  const { host } = context;
  const at = host.now();
  const id = makeId("whisper", at, host.random(ID_RANDOM_BYTES));
  const delivered = tellUser(context, { type: "whisper", id, from, text, at }, to);
  return { id, delivered };
}
