import { messageIdOf } from "../../../schema/ids.ts";
import { may } from "../../../schema/permissions.ts";
import { accepted, refused } from "../../kernel/outcome.ts";
import type { Asked, Decision } from "./facts.ts";

export function send({ command, facts }: Asked<"send">): Decision {
  const { room, role } = facts;
  if (!room || !role) return refused("not_found");
  if (!may(role, "message.send", room.kind)) return refused("not_allowed");
  const message_id = messageIdOf(command.command_id);
  return accepted({ type: "message.sent", body: { message_id, text: command.text } });
}
