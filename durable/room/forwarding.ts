import * as v from "valibot";
import type { Caller } from "../../schema/caller.ts";
import type { CommandOf } from "../../schema/commands.ts";
import { messageIdOf } from "../../schema/ids.ts";
import { MessageSchema } from "../../schema/message.ts";
import type { Settled } from "../kernel/outcome.ts";
import { accepted, refused } from "../kernel/outcome.ts";
import type { Brought } from "./commands/facts.ts";
import type { RoomContext } from "./context.ts";
import { reader } from "./reads.ts";
import { standing } from "./rules/standing.ts";
import { commands } from "./stores/commands.ts";

/**
 * What is forwarded is read where it was said, by the right of who forwards it, before the command comes to its turn: so
 * nobody puts words into another's mouth. A command that had its effect already needs none of it.
 */
export async function fetchOrigin(
  context: RoomContext,
  caller: Caller,
  command: CommandOf<"forward">,
): Promise<Settled<Brought>> {
  const here = reader(context, caller);
  if (here.kind === "refused") return here;
  if (commands.find(context.host.sql, command.command_id)) return accepted({});
  const { room, me } = here.value;
  // Before a file is copied, which nobody would name if this were refused afterwards.
  const may = standing({ room, me, now: () => context.host.now() }, "message.send");
  if (may.kind === "refused") return may;
  const { from_room, from_message: message_id } = command;
  const answer = await context.peers.room(from_room).ask(caller, { type: "message", message_id });
  if (!answer.ok) return refused(answer.refusal.code, { field: "from_message" });
  const { text, forwarded, large, author, at } = v.parse(MessageSchema, answer.value);
  if (text === null) return refused("message_deleted", { field: "from_message" });
  // What was forwarded already keeps its first author.
  const origin = { text, forwarded: forwarded ?? { room_id: from_room, message_id, author, at } };
  if (!large) return accepted({ origin });
  const to = { room_id: context.room_id, message_id: messageIdOf(command.command_id) };
  const from = { room_id: from_room, message_id };
  await context.peers.texts.copy({ sha256: large.sha256, from, to });
  return accepted({ origin, large });
}
