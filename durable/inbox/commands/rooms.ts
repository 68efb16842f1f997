import type { RoomId, UserId } from "../../../schema/ids.ts";
import type { InboxHappening } from "../../../schema/inbox-events.ts";
import type { InboxRoom, RoomMark } from "../../../schema/inbox.ts";
import { limits } from "../../../schema/limits.ts";
import type { InboxContext } from "../context.ts";
import { isNewer, marked } from "../rules/marks.ts";
import { called } from "../stores/called.ts";
import { drafts } from "../stores/drafts.ts";
import { remindersIn } from "./remind.ts";
import type { Left } from "../stores/rooms.ts";
import { rooms } from "../stores/rooms.ts";

/**
 * What a room tells of itself. A direct room with somebody who is blocked is remembered, and nobody hears of it. What is
 * told with it of calls may have been told before.
 */
export function mark(context: InboxContext, said: RoomMark): InboxHappening[] {
  const { host } = context;
  if (!context.inbox()) return [];
  const { called: calls, ...told } = said;
  const known = rooms.find(host.sql, told.room_id);
  if (!known && isFromBefore(told, rooms.left(host.sql, told.room_id))) return [];
  // A mark that is late says nothing new of the room; whom its messages called, it may be the only one to say.
  if (known) called.add(host.sql, told.room_id, calls);
  if (known && !isNewer(told, known)) return [];
  if (!known && rooms.count(host.sql) >= limits.inbox_rooms) {
    host.log("warn", "inbox.full", { room_id: told.room_id });
    return [];
  }
  rooms.put(host.sql, marked(told, known, host.now()));
  const shown = rooms.findShown(host.sql, told.room_id);
  const happened = shown ? [changed(shown)] : [];
  if (known) return happened;
  rooms.comeBack(host.sql, told.room_id);
  called.add(host.sql, told.room_id, calls);
  return [...happened, ...remindersIn(context, told.room_id, { left: false })];
}

/** A mark that was made before its member left, and came after. */
const isFromBefore = ({ position }: Pick<RoomMark, "position">, left: Left | null): boolean =>
  left !== null && left.epoch === position.epoch && position.seq <= left.seq;

/** The person has left the room, by the event with this seq. It may be heard of before any mark, or again. */
export function gone(context: InboxContext, left: Left): InboxHappening[] {
  if (!context.inbox()) return [];
  const { sql } = context.host;
  const { room_id, epoch, seq } = left;
  const known = rooms.find(sql, room_id);
  // They have come back since.
  if (known && known.position.epoch === epoch && known.position.seq > seq) return [];
  const before = rooms.left(sql, room_id);
  if (before && before.epoch === epoch && before.seq >= seq) return [];
  const was_shown = rooms.findShown(sql, room_id) !== null;
  rooms.leave(sql, left);
  called.forget(sql, room_id);
  const ended = [...endDraft(context, room_id), ...remindersIn(context, room_id, { left: true })];
  return was_shown ? [...ended, { type: "room.gone", body: { room_id } }] : ended;
}

/** Nothing can be sent there any more. */
function endDraft({ host: { sql } }: InboxContext, room_id: RoomId): InboxHappening[] {
  const draft = drafts.find(sql, room_id);
  if (!draft || draft.text === "") return [];
  const ended = { ...draft, text: "" };
  drafts.put(sql, ended);
  return [{ type: "draft.changed", body: { draft: ended } }];
}

/** Direct rooms are out of sight while the other is blocked, and as they are now afterwards. */
export function hideWith({ host: { sql } }: InboxContext, user_id: UserId): InboxHappening[] {
  return rooms
    .directWith(sql, user_id)
    .map(({ room_id }) => ({ type: "room.gone", body: { room_id } }));
}

export function showWith({ host: { sql } }: InboxContext, user_id: UserId): InboxHappening[] {
  return rooms.directWith(sql, user_id).map(changed);
}

export function changed(room: InboxRoom): InboxHappening {
  return { type: "room.changed", body: { room } };
}
