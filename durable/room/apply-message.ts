import type { EventBody, LogEvent } from "../../schema/events.ts";
import { bodyOf, subjectOf } from "../../schema/events.ts";
import { messageIdOf } from "../../schema/ids.ts";
import type { Mentions } from "../../schema/message.ts";
import type { SqlPort } from "../kernel/host.ts";
import { log } from "./stores/log.ts";
import { mentions } from "./stores/mentions.ts";
import type { More, StoredMessage } from "./stores/messages.ts";
import { messages, plain } from "./stores/messages.ts";
import { pins } from "./stores/pins.ts";
import { reactions } from "./stores/reactions.ts";

/** What happens to messages: sent, edited, deleted, taken back; pinned; reacted to. */
export function applyMessage(sql: SqlPort, event: LogEvent): void {
  if (event.type === "message.sent") return applySent(sql, event);
  const message_id = subjectOf(event);
  // An erased body says nothing, and the deletion that erased it comes later.
  const message = message_id && messages.find(sql, message_id);
  if (!message) return;
  const edited = bodyOf(event, "message.edited");
  if (edited) return applyEdited(sql, event, message, edited);
  const deleted = bodyOf(event, "message.deleted");
  if (deleted) return applyDeleted(sql, event, message, deleted);
  const restored = bodyOf(event, "message.restored");
  if (restored) return applyRestored(sql, event, message, restored);
  applyMark(sql, event, message);
}

/** Named after its command and not read from the body, which may have been erased. */
function applySent(sql: SqlPort, event: LogEvent): void {
  const { seq, at, actor: author } = event;
  const body = bodyOf(event, "message.sent");
  const parent = body?.parent ?? null;
  const in_room = parent === null || body?.in_room === true;
  const more = body ? moreOf(body) : plain;
  const text = body?.text ?? null;
  const message_id = messageIdOf(event.command_id);
  messages.add(sql, { seq, message_id, author, text, at, parent, in_room, ...more });
  if (more.mentions) mentions.add(sql, seq, more.mentions);
}

function applyEdited(
  sql: SqlPort,
  event: LogEvent,
  message: StoredMessage,
  { text, large, mentions: called }: EventBody<"message.edited">,
): void {
  const { message_id, quote, forwarded, silent } = message;
  const more = { quote, forwarded, silent, large: large ?? null, mentions: called ?? null };
  messages.reads(sql, { message_id, text, edited_at: event.at, ...more });
  call(sql, event, message, more.mentions);
}

function applyDeleted(
  sql: SqlPort,
  event: LogEvent,
  message: StoredMessage,
  { message_id, parent, in_room }: EventBody<"message.deleted">,
): void {
  const { seq, at, actor: by } = event;
  const stood = { parent: parent ?? null, in_room: parent === undefined || in_room === true };
  messages.remove(sql, { message_id, at, by, ...stood });
  log.erase(sql, message, seq);
  call(sql, event, message, null);
  pins.remove(sql, message_id);
  reactions.removeAll(sql, message.seq);
}

function applyRestored(
  sql: SqlPort,
  event: LogEvent,
  message: StoredMessage,
  body: EventBody<"message.restored">,
): void {
  const { message_id, text, edited_at } = body;
  const more = moreOf(body);
  messages.reads(sql, { message_id, text, edited_at, ...more });
  call(sql, event, message, more.mentions);
}

function applyMark(
  sql: SqlPort,
  { type, actor, at, seq, body }: LogEvent,
  message: StoredMessage,
): void {
  const { message_id } = message;
  const emoji = String(body?.["emoji"]);
  const reaction = { message_seq: message.seq, emoji, user_id: actor };
  if (type === "message.pinned")
    pins.add(sql, { message_id, pinned_by: actor, pinned_at: at, seq });
  if (type === "message.unpinned") pins.remove(sql, message_id);
  if (type === "reaction.added") reactions.add(sql, { ...reaction, seq });
  if (type === "reaction.removed") reactions.remove(sql, reaction);
}

function call(
  sql: SqlPort,
  { seq: since }: LogEvent,
  { seq, mentions: before }: StoredMessage,
  called: Mentions | null,
): void {
  if (before || called) mentions.change(sql, { seq, since }, called);
}

function moreOf(body: Partial<EventBody<"message.restored">>): More {
  const { quote = null, forwarded = null, silent = false, large = null, mentions: called } = body;
  return { quote, forwarded, silent, large, mentions: called ?? null };
}
