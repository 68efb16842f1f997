import type { EventBody } from "../../../schema/events.ts";
import type { MessageId } from "../../../schema/ids.ts";
import { limits } from "../../../schema/limits.ts";
import type { Settled } from "../../kernel/outcome.ts";
import { accepted, refused } from "../../kernel/outcome.ts";
import { standing } from "../rules/standing.ts";
import type { StoredMessage } from "../stores/messages.ts";
import type { Asked, Decision, Facts } from "./facts.ts";
import { callsIn, objectionToCalls, speaking } from "./send.ts";

export function edit({ caller, command, facts }: Asked<"edit">): Decision {
  const found = visible(facts, command.message_id);
  if (found.kind === "refused") return found;
  const message = found.value;
  // What was said elsewhere, by somebody else, is not put into other words.
  if (message.author !== caller.user_id || message.forwarded) return refused("not_author");
  const may = standing(facts, "message.edit_own");
  if (may.kind === "refused") return may;
  if (message.deleted_at !== null) return refused("message_deleted");
  const { edit_window_ms } = may.value.room.settings;
  if (edit_window_ms !== null && facts.now() - message.at > edit_window_ms)
    return refused("edit_window_over");
  const called = callsIn(command.text, may.value);
  if (called.kind === "refused") return called;
  const { message_id, text } = command;
  const body: EventBody<"message.edited"> = { message_id, text };
  if (facts.brought.large) body.large = facts.brought.large;
  if (called.value) body.mentions = called.value;
  return accepted({ type: "message.edited", body });
}

export function remove({ caller, command, facts }: Asked<"delete">): Decision {
  const found = visible(facts, command.message_id);
  if (found.kind === "refused") return found;
  const is_own = found.value.author === caller.user_id;
  const may = standing(facts, is_own ? "message.delete_own" : "message.delete_any");
  if (may.kind === "refused")
    return !is_own && isAboutRole(may.refusal.code) ? refused("not_author") : may;
  if (found.value.deleted_at !== null) return refused("message_deleted");
  const { message_id } = found.value;
  return accepted({ type: "message.deleted", body: { message_id, ...placeOf(found.value) } });
}

/** Where a reply stands. Who follows the log may have seen nothing else of it. */
function placeOf({
  parent,
  in_room,
}: StoredMessage): Pick<EventBody<"message.deleted">, "parent" | "in_room"> {
  if (parent === null) return {};
  return in_room ? { parent, in_room } : { parent };
}

const isAboutRole = (code: string): boolean => code === "not_allowed" || code === "direct_room";

/** By whoever deleted it, for so long as the room allows. */
export function restore({ caller, command, facts }: Asked<"restore">): Decision {
  const found = visible(facts, command.message_id);
  if (found.kind === "refused") return found;
  const { author, deleted_at, deleted_by } = found.value;
  // To bring one's own words back is to say them; another's are taken back by the right that took them away.
  const is_own = author === caller.user_id;
  const may = standing(facts, is_own ? "message.send" : "message.delete_own");
  if (may.kind === "refused") return may;
  if (deleted_at === null) return refused("restore_window_over");
  if (deleted_by !== caller.user_id) return refused("not_allowed");
  const said = facts.withheld(command.message_id);
  if (!said || facts.now() - deleted_at > may.value.room.settings.restore_window_ms)
    return refused("restore_window_over");
  const calls = is_own && said.mentions ? objectionToCalls(said.mentions, may.value) : null;
  if (calls) return refused(calls);
  return accepted({ type: "message.restored", body: { ...said, ...placeOf(found.value) } });
}

export function react({ command, facts }: Asked<"react">): Decision {
  const found = reacting(facts, command.message_id);
  if (found.kind === "refused") return found;
  const { message_id, emoji } = command;
  const { is_mine, others } = facts.reaction(found.value, emoji);
  if (is_mine) return accepted(null);
  if (others >= limits.reactions_per_message) return refused("too_many_reactions");
  return accepted({ type: "reaction.added", body: { message_id, emoji } });
}

export function unreact({ command, facts }: Asked<"unreact">): Decision {
  const found = reacting(facts, command.message_id);
  if (found.kind === "refused") return found;
  const { message_id, emoji } = command;
  if (!facts.reaction(found.value, emoji).is_mine) return accepted(null);
  return accepted({ type: "reaction.removed", body: { message_id, emoji } });
}

export function pin({ command, facts }: Asked<"pin">): Decision {
  const may = standing(facts, "message.pin");
  if (may.kind === "refused") return may;
  const { message_id } = command;
  const found = speaking(facts, message_id);
  if (found.kind === "refused") return found;
  if (facts.isPinned(message_id)) return accepted(null);
  if (facts.pins() >= may.value.room.settings.pins_max) return refused("too_many_pins");
  return accepted({ type: "message.pinned", body: { message_id } });
}

export function unpin({ command, facts }: Asked<"unpin">): Decision {
  const may = standing(facts, "message.pin");
  if (may.kind === "refused") return may;
  const { message_id } = command;
  if (!facts.isPinned(message_id)) return accepted(null);
  return accepted({ type: "message.unpinned", body: { message_id } });
}

/** A message that is there for the caller; to a stranger nothing is. */
function visible(facts: Facts, message_id: MessageId): Settled<StoredMessage> {
  const message = facts.room && facts.me ? facts.message(message_id) : null;
  return message ? accepted(message) : refused("not_found");
}

function reacting(facts: Facts, message_id: MessageId): Settled<StoredMessage> {
  const may = standing(facts, "message.react");
  return may.kind === "refused" ? may : speaking(facts, message_id);
}
