import type { EventBody } from "../../../schema/events.ts";
import type { MessageId } from "../../../schema/ids.ts";
import { messageIdOf } from "../../../schema/ids.ts";
import type { Mentions } from "../../../schema/message.ts";
import { objection } from "../../../schema/permissions.ts";
import { mentionsIn } from "../../../schema/text/mentions.ts";
import type { Settled } from "../../kernel/outcome.ts";
import { accepted, refused } from "../../kernel/outcome.ts";
import type { Standing } from "../rules/standing.ts";
import { standing } from "../rules/standing.ts";
import type { StoredMessage } from "../stores/messages.ts";
import type { Asked, Decision, Facts } from "./facts.ts";

export function send({ command, facts }: Asked<"send">): Decision {
  const may = standing(facts, "message.send");
  if (may.kind === "refused") return may;
  const { text, parent, in_room, quote, silent } = command;
  const called = callsIn(text, may.value);
  if (called.kind === "refused") return called;
  if (in_room !== undefined && parent === undefined)
    return refused("invalid", { field: "in_room" });
  const root = parent === undefined ? null : rootOf(facts, parent);
  if (root?.kind === "refused") return root;
  const quoted = quote === undefined ? null : speaking(facts, quote, "quote");
  if (quoted?.kind === "refused") return quoted;

  const body: EventBody<"message.sent"> = { message_id: messageIdOf(command.command_id), text };
  if (parent !== undefined) body.parent = parent;
  if (in_room === true) body.in_room = true;
  if (quote !== undefined) body.quote = quote;
  if (silent === true) body.silent = true;
  if (facts.brought.large) body.large = facts.brought.large;
  if (called.value) body.mentions = called.value;
  return accepted({ type: "message.sent", body });
}

/** Whoever is called in a text that was said elsewhere was called there. */
export function forward({ command, facts }: Asked<"forward">): Decision {
  const may = standing(facts, "message.send");
  if (may.kind === "refused") return may;
  const { origin, large } = facts.brought;
  if (!origin) return refused("not_found", { field: "from_message" });
  const { forwarded, text } = origin;
  const message_id = messageIdOf(command.command_id);
  const body: EventBody<"message.sent"> = { message_id, text, forwarded };
  if (large) body.large = large;
  return accepted({ type: "message.sent", body });
}

/** Whom a text calls, and whether its author may; null where it calls nobody. */
export function callsIn(text: string, who: Standing): Settled<Mentions | null> {
  const called = mentionsIn(text);
  const reason = objectionToCalls(called, who);
  if (reason) return refused(reason);
  return accepted(callsAll(called) || called.users.length > 0 ? called : null);
}

const callsAll = ({ room, here, roles }: Mentions) => room || here || roles.length > 0;

/** Why somebody may not call them; null where they may. */
export const objectionToCalls = (called: Mentions, { room, role }: Standing) =>
  callsAll(called) ? objection(role, "mention.everyone", room) : null;

/** A message that is there for the caller and still says something. */
export function speaking(
  facts: Pick<Facts, "message">,
  message_id: MessageId,
  field?: string,
): Settled<StoredMessage> {
  const message = facts.message(message_id);
  if (!message) return refused("not_found", field === undefined ? {} : { field });
  return message.deleted_at === null ? accepted(message) : refused("message_deleted");
}

/** A thread has one level: its root is a message of the room. */
function rootOf(facts: Facts, parent: MessageId): Settled<StoredMessage> {
  const root = speaking(facts, parent, "parent");
  if (root.kind === "refused") return root;
  return root.value.parent === null ? root : refused("not_a_root");
}
