import assert from "node:assert/strict";
import type { LogEvent } from "../../../schema/events.ts";
import { bodyOf, whoCame, whoWent } from "../../../schema/events.ts";
import type { RoomMark } from "../../../schema/inbox.ts";
import { messageIdOf } from "../../../schema/ids.ts";
import type { MessageId, UserId } from "../../../schema/ids.ts";
import type { Mentions } from "../../../schema/message.ts";
import type { Role } from "../../../schema/permissions.ts";
import { limits } from "../../../schema/limits.ts";
import { log } from "../../../durable/room/stores/log.ts";
import type { History } from "./history.ts";

/** What must hold of the inboxes when nobody looks at the room any more and it has had its time. */
export function checkMarks(history: History): void {
  const { room, clients } = history;
  const all = Number.MAX_SAFE_INTEGER;
  const asked = { after: 0, through: all, limit: all, max_bytes: all };
  const events = log.range(room.host.sql, asked);
  assert.deepEqual(room.rows("outbox"), [], "nothing is left to tell");
  assert.deepEqual(room.rows("timers"), [], "and no alarm waits");
  assert.deepEqual(room.rows("withheld"), [], "what was deleted is nowhere any more");
  const inside = membership(events);
  const members = [...(inside.at(-1) ?? [])].toSorted();
  const cursors = new Map(room.rows("cursors").map((row) => [row["user_id"], row]));
  assert.deepEqual([...cursors.keys()], members, "who left has no cursor any more");
  const roles = new Map(room.rows("members").map((row) => [row["user_id"], row["role"]]));
  const follows = room.rows("thread_follows");
  const said = messagesIn(events);
  for (const { user_id, name } of clients) {
    const inbox = room.inboxes.at(user_id);
    for (const told of inbox.told) {
      if ("gone_seq" in told) assert.equal(whoWent(events[told.gone_seq - 1]!), user_id);
      else assert.ok(inside[told.position.seq]?.has(user_id), `${name} was told only as a member`);
    }
    if (!members.includes(user_id)) {
      const knows = inbox.mark === null || inbox.told.every((told) => !("gone_seq" in told));
      assert.ok(knows, `${name} has left, and knows`);
      continue;
    }
    const cursor = cursors.get(user_id);
    assert.ok(cursor && inbox.mark, `${name} has a cursor, and their inbox a mark`);
    const { called: _, room_id, position, ...mark } = inbox.mark;
    assert.deepEqual([room_id, position.seq], [room.room_id, events.length]);
    const role = roles.get(user_id) as Role;
    const threads = follows.filter((row) => row["user_id"] === user_id);
    const { ignores } = inbox.preferences;
    assert.deepEqual(mark, expected({ user_id, role, cursor, threads, ignores }, said));
    calledInTheEnd(history, user_id, said);
  }
}

/** Who was a member after each seq. */
function membership(events: readonly LogEvent[]): ReadonlySet<UserId>[] {
  const now = new Set<UserId>();
  return [
    new Set<UserId>(),
    ...events.map((event) => {
      for (const { user_id } of whoCame(event)) now.add(user_id);
      const left = whoWent(event);
      if (left) now.delete(left);
      return new Set(now);
    }),
  ];
}

/** A message as it is now, by the log alone. */
interface Said {
  readonly message_id: MessageId;
  readonly seq: number;
  readonly at: number;
  readonly author: UserId;
  parent: MessageId | null;
  in_room: boolean;
  text: string | null;
  type: "message.sent" | "message.edited" | "message.deleted";
  mentions: Mentions | null;
}

/** What was erased says nothing any more, and what erased it comes later. */
function messagesIn(events: readonly LogEvent[]): Said[] {
  const all = new Map<string, Said>();
  for (const event of events) {
    if (event.type === "message.sent") {
      const { parent = null, in_room, text, mentions } = bodyOf(event, "message.sent") ?? {};
      const { seq, at, actor: author } = event;
      const message_id = messageIdOf(event.command_id);
      const place = { parent, in_room: parent === null || in_room === true };
      const words = { text: text ?? null, mentions: mentions ?? null };
      all.set(message_id, { message_id, seq, at, author, ...place, ...words, type: event.type });
    }
    const edited = bodyOf(event, "message.edited");
    const restored = bodyOf(event, "message.restored");
    const deleted = bodyOf(event, "message.deleted");
    const message = all.get((edited ?? restored ?? deleted)?.message_id ?? "");
    if (!message) continue;
    const { text = null, mentions = null } = edited ?? restored ?? {};
    Object.assign(message, { text, mentions });
    if (edited) message.type = "message.edited";
    if (restored) message.type = restored.edited_at === null ? "message.sent" : "message.edited";
    if (!deleted) continue;
    message.type = "message.deleted";
    message.parent = deleted.parent ?? null;
    message.in_room = message.parent === null || deleted.in_room === true;
  }
  return [...all.values()];
}

interface Member {
  readonly user_id: UserId;
  readonly role: Role;
  /** The row of their cursor, and those of the threads that they have to do with. */
  readonly cursor: Record<string, unknown>;
  readonly threads: readonly Record<string, unknown>[];
  readonly ignores: readonly UserId[];
}

/** The mark, worked out from nothing but the log and the cursors. */
function expected(
  { user_id, role, cursor, threads, ignores }: Member,
  said: readonly Said[],
): Omit<RoomMark, "called" | "position" | "room_id"> {
  const read_seq = Number(cursor["read_seq"]);
  const unread_seq = cursor["unread_seq"] as number | null;
  const after = unread_seq === null ? read_seq : Math.min(read_seq, unread_seq - 1);
  const heard = said.filter(({ author }) => author !== user_id && !ignores.includes(author));
  const there = heard.filter(({ type }) => type !== "message.deleted");
  const isCalled = ({ mentions }: Said) =>
    mentions !== null &&
    (mentions.room ||
      mentions.here ||
      mentions.users.includes(user_id) ||
      mentions.roles.includes(role));
  const unread = there.filter(({ seq }) => seq > after);
  const isNew = ({ root, read_seq: through }: Record<string, unknown>) =>
    there.some(({ parent, seq }) => parent === root && seq > Number(through));
  const newest = said.findLast(({ in_room }) => in_room);
  const { seq, at, author, type } = newest ?? {};
  const text = newest && heard.includes(newest) && isCalled(newest) ? newest.text : null;
  const most = (count: number) => Math.min(count, limits.badge_max);
  return {
    kind: "channel",
    name: "Simulated",
    with: null,
    role,
    read_seq,
    unread_seq,
    badge: most(unread.filter(({ in_room }) => in_room).length),
    mentions: most(unread.filter(isCalled).length),
    threads: most(threads.filter((thread) => thread["follows"] === 1 && isNew(thread)).length),
    revision: Number(cursor["revision"]),
    preview: newest ? ({ seq, at, author, text, type } as RoomMark["preview"]) : null,
  };
}

/** Nobody is called without their inbox hearing of it once. Whom they ignore changes what they hear, and is left out. */
function calledInTheEnd({ room }: History, user_id: UserId, said: readonly Said[]): void {
  const inbox = room.inboxes.at(user_id);
  const member = room.rows("members").find((row) => row["user_id"] === user_id);
  if (inbox.preferences.version > 0 || !member) return;
  for (const { message_id, author, seq, mentions, type } of said) {
    if (type !== "message.sent" || author === user_id || !mentions?.users.includes(user_id))
      continue;
    if (seq > Number(member["joined_seq"]))
      assert.ok(inbox.called.has(message_id), `${seq} calls ${user_id}, whose inbox knows`);
  }
}
