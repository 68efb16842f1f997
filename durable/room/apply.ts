import type { EventBody, LogEvent } from "../../schema/events.ts";
import { bodyOf } from "../../schema/events.ts";
import type { MessageId } from "../../schema/ids.ts";
import { messageIdOf } from "../../schema/ids.ts";
import type { SqlPort } from "../kernel/host.ts";
import { log } from "./stores/log.ts";
import { members } from "./stores/members.ts";
import { messages } from "./stores/messages.ts";
import type { RoomRow } from "./stores/room.ts";
import { roomStore } from "./stores/room.ts";

/**
 * One event, brought into the tables that the room reads from. The same function serves the live room and a rebuild
 * from the log, so the two cannot differ. It must cope with erased bodies: the log keeps them as steps without words.
 */
export function apply(sql: SqlPort, identity: Identity, event: LogEvent): void {
  const created = bodyOf(event, "room.created");
  if (created) return applyCreated(sql, identity, event, created);
  const joined = bodyOf(event, "member.added") ?? bodyOf(event, "member.joined");
  if (joined) return members.add(sql, { ...joined, joined_at: event.at, joined_seq: event.seq });
  const left = bodyOf(event, "member.left");
  if (left) return applyLeft(sql, left);
  if (event.type.startsWith("message.")) applyMessage(sql, event);
}

/** What a log is besides its events: whose it is, and which life of it. */
export type Identity = Pick<RoomRow, "room_id" | "epoch">;

function applyCreated(
  sql: SqlPort,
  { room_id, epoch }: Identity,
  event: LogEvent,
  body: EventBody<"room.created">,
): void {
  const { kind, name, topic } = body;
  roomStore.add(sql, {
    room_id,
    epoch,
    kind,
    name,
    topic,
    created_by: event.actor,
    created_at: event.at,
  });
  for (const member of body.members)
    members.add(sql, { ...member, joined_at: event.at, joined_seq: event.seq });
}

function applyLeft(sql: SqlPort, { user_id, heir }: EventBody<"member.left">): void {
  members.remove(sql, user_id);
  if (heir) members.promote(sql, heir, "owner");
}

function applyMessage(sql: SqlPort, event: LogEvent): void {
  if (event.type === "message.sent") {
    const text = bodyOf(event, "message.sent")?.text ?? null;
    const { seq, at, actor: author } = event;
    // Named after its command and not read from the body, which may have been erased.
    return messages.add(sql, { seq, message_id: messageIdOf(event.command_id), author, text, at });
  }
  const edited = bodyOf(event, "message.edited");
  if (edited) return messages.edit(sql, edited.message_id, edited.text, event.at);
  const deleted = bodyOf(event, "message.deleted");
  if (deleted) return applyDeleted(sql, deleted.message_id, event.at);
}

function applyDeleted(sql: SqlPort, message_id: MessageId, at: number): void {
  const message = messages.find(sql, message_id);
  if (!message) return;
  messages.remove(sql, message_id, at);
  log.erase(sql, message);
}
