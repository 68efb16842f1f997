import * as v from "valibot";
import { CommandSchema } from "../schema/commands.ts";
import { newId, type CommandId } from "../schema/ids.ts";
import { limits } from "../schema/limits.ts";
import { refusal } from "../schema/refusals.ts";
import { TEXT_TOO_LONG, utf8Bytes } from "../schema/text.ts";
import { QuothError } from "./failure.ts";
import type { Outbox, OutboxCommand } from "./outbox.ts";
import type { RoomHandle } from "./room-state.ts";

type Wishes = Pick<RoomHandle, "send" | "edit" | "remove" | "leave" | "retry" | "discard">;
type Without<T> = T extends OutboxCommand ? Omit<T, "command_id"> : never;

export interface WishDeps {
  outbox: Outbox;
  pump(): void;
  onChange(): void;
}

/** What a member wants of the room, on its way into the outbox. */
export function createWishes({ outbox, pump, onChange }: WishDeps): Wishes {
  function command(wanted: Without<OutboxCommand>): CommandId {
    const checked = checkCommand({ ...wanted, command_id: newId("command") });
    if (!outbox.add(checked)) throw QuothError.from(refusal("slow_down"));
    pump();
    onChange();
    return checked.command_id;
  }

  return {
    send: (text) => command({ type: "send", text }),
    edit: (message_id, text) => command({ type: "edit", message_id, text }),
    remove: (message_id) => command({ type: "delete", message_id }),
    leave: () => command({ type: "leave" }),
    retry(command_id) {
      outbox.retry(command_id);
      pump();
      onChange();
    },
    discard(command_id) {
      outbox.discard(command_id);
      onChange();
    },
  };
}

/** What the room would refuse for its shape is refused here, before it takes a place in the queue. */
function checkCommand(wanted: unknown): OutboxCommand {
  const parsed = v.safeParse(CommandSchema, wanted);
  if (!parsed.success) {
    const long = parsed.issues.some((issue) => issue.message === TEXT_TOO_LONG);
    throw QuothError.from(
      refusal(long ? "text_too_long" : "invalid", { field: v.getDotPath(parsed.issues[0]) ?? "" }),
    );
  }
  // Escapes can make a text within its limit into a frame beyond its own.
  if (utf8Bytes(JSON.stringify(wanted), limits.frame_bytes) > limits.frame_bytes) {
    throw QuothError.from(refusal("too_large"));
  }
  return parsed.output as OutboxCommand;
}
