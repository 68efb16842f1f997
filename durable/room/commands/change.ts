import type { MessageId } from "../../../schema/ids.ts";
import type { Message } from "../../../schema/message.ts";
import type { Permission } from "../../../schema/permissions.ts";
import { may } from "../../../schema/permissions.ts";
import type { Settled } from "../../kernel/outcome.ts";
import { accepted, refused } from "../../kernel/outcome.ts";
import type { Asked, Decision } from "./facts.ts";

export function edit(asked: Asked<"edit">): Decision {
  const own = ownMessage(asked, "message.edit_own");
  if (own.kind === "refused") return own;
  const { message_id, text } = asked.command;
  return accepted({ type: "message.edited", body: { message_id, text } });
}

export function remove(asked: Asked<"delete">): Decision {
  const own = ownMessage(asked, "message.delete_own");
  if (own.kind === "refused") return own;
  return accepted({ type: "message.deleted", body: { message_id: asked.command.message_id } });
}

type Changing = Pick<Asked<"edit">, "caller" | "facts"> & {
  readonly command: { message_id: MessageId };
};

/** A message that the caller wrote and that still says something. */
function ownMessage(
  { caller, command, facts }: Changing,
  permission: Permission,
): Settled<Message> {
  const { room, role } = facts;
  if (!room || !role) return refused("not_found");
  const message = facts.message(command.message_id);
  if (!message) return refused("not_found");
  if (message.author !== caller.user_id) return refused("not_author");
  if (!may(role, permission, room.kind)) return refused("not_allowed");
  if (message.deleted_at !== null) return refused("message_deleted");
  return accepted(message);
}
