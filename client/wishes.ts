import * as v from "valibot";
import { memberCommands } from "../schema/commands.ts";
import { newId, type CommandId } from "../schema/ids.ts";
import { limits } from "../schema/limits.ts";
import { refusal } from "../schema/refusals.ts";
import { TEXT_TOO_LONG, utf8Bytes } from "../schema/text.ts";
import { QuothError } from "./failure.ts";
import type { Outbox, OutboxCommand } from "./outbox.ts";
import type { Wishes } from "./room-state.ts";

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
    send: (text, more) => command({ type: "send", text, ...more }),
    forward: (from_room, from_message) => command({ type: "forward", from_room, from_message }),
    edit: (message_id, text) => command({ type: "edit", message_id, text }),
    delete: (message_id) => command({ type: "delete", message_id }),
    restore: (message_id) => command({ type: "restore", message_id }),
    react: (message_id, emoji) => command({ type: "react", message_id, emoji }),
    unreact: (message_id, emoji) => command({ type: "unreact", message_id, emoji }),
    pin: (message_id) => command({ type: "pin", message_id }),
    unpin: (message_id) => command({ type: "unpin", message_id }),
    change: (changes) => command({ type: "change", ...changes }),
    role: (user_id, role) => command({ type: "role", user_id, role }),
    mute: (user_id, muted_until) => command({ type: "mute", user_id, muted_until }),
    remove: (user_id) => command({ type: "remove", user_id }),
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

const MemberCommandSchema = v.variant("type", memberCommands);

/** What the room would refuse for its shape is refused here, before it takes a place in the queue. */
function checkCommand(wanted: unknown): OutboxCommand {
  const parsed = v.safeParse(MemberCommandSchema, wanted);
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
  return parsed.output;
}
