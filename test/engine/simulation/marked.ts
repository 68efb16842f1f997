import assert from "node:assert/strict";
import type { LogEvent } from "../../../schema/events.ts";
import { bodyOf } from "../../../schema/events.ts";
import type { RoomMark } from "../../../schema/inbox.ts";
import { messageIdOf } from "../../../schema/ids.ts";
import type { UserId } from "../../../schema/ids.ts";
import { limits } from "../../../schema/limits.ts";
import { log } from "../../../durable/room/stores/log.ts";
import type { History } from "./history.ts";

/** What must hold of the inboxes when nobody looks at the room any more and it has had its time. */
export function checkMarks({ room, clients }: History): void {
  const all = Number.MAX_SAFE_INTEGER;
  const asked = { after: 0, through: all, limit: all, max_bytes: all };
  const events = log.range(room.host.sql, asked);
  assert.deepEqual(room.rows("outbox"), [], "nothing is left to tell");
  assert.deepEqual(room.rows("timers"), [], "and no alarm waits");
  const inside = membership(events);
  const members = [...(inside.at(-1) ?? [])].toSorted();
  const cursors = new Map(room.rows("cursors").map((row) => [row["user_id"], row]));
  assert.deepEqual([...cursors.keys()], members, "who left has no cursor any more");
  for (const { user_id, name } of clients) {
    const inbox = room.inboxes.at(user_id);
    for (const told of inbox.told) {
      if ("gone_seq" in told)
        assert.equal(bodyOf(events[told.gone_seq - 1]!, "member.left")?.user_id, user_id);
      else assert.ok(inside[told.position.seq]?.has(user_id), `${name} was told only as a member`);
    }
    if (!members.includes(user_id)) {
      const knows = inbox.mark === null || inbox.told.every((told) => !("gone_seq" in told));
      assert.ok(knows, `${name} has left, and knows`);
      continue;
    }
    const read_seq = Number(cursors.get(user_id)?.["read_seq"]);
    assert.deepEqual(
      inbox.mark,
      expected({ room_id: room.room_id, events, user_id, read_seq }, inbox.mark),
    );
  }
}

/** Who was a member after each seq. */
function membership(events: readonly LogEvent[]): ReadonlySet<UserId>[] {
  const now = new Set<UserId>();
  return [
    new Set<UserId>(),
    ...events.map((event) => {
      for (const { user_id } of bodyOf(event, "room.created")?.members ?? []) now.add(user_id);
      const came = bodyOf(event, "member.joined") ?? bodyOf(event, "member.added");
      if (came) now.add(came.user_id);
      const left = bodyOf(event, "member.left");
      if (left) now.delete(left.user_id);
      return new Set(now);
    }),
  ];
}

interface Member {
  readonly room_id: RoomMark["room_id"];
  readonly events: readonly LogEvent[];
  readonly user_id: UserId;
  readonly read_seq: number;
}

/** The mark, worked out from nothing but the log and the cursor. */
function expected({ room_id, events, user_id, read_seq }: Member, mark: RoomMark | null) {
  const deleted = new Set(events.map((event) => bodyOf(event, "message.deleted")?.message_id));
  const edited = new Set(
    events.flatMap((event) => bodyOf(event, "message.edited")?.message_id ?? []),
  );
  const sent = events.filter((event) => event.type === "message.sent");
  const unread = sent.filter(
    ({ seq, actor, command_id }) =>
      seq > read_seq && actor !== user_id && !deleted.has(messageIdOf(command_id)),
  );
  const newest = sent.at(-1);
  const message_id = newest && messageIdOf(newest.command_id);
  const type =
    message_id && deleted.has(message_id)
      ? "message.deleted"
      : message_id && edited.has(message_id)
        ? "message.edited"
        : "message.sent";
  return {
    room_id,
    kind: "channel",
    name: "Simulated",
    with: null,
    // Roles are derived from the log by another rule; the tables are compared elsewhere.
    role: mark?.role,
    position: { epoch: mark?.position.epoch, seq: events.length },
    read_seq,
    badge: Math.min(unread.length, limits.badge_max),
    preview: newest
      ? { seq: newest.seq, at: newest.at, author: newest.actor, text: null, type }
      : null,
  };
}
