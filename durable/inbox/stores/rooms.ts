import type { RoomId, UserId } from "../../../schema/ids.ts";
import type { InboxRoom } from "../../../schema/inbox.ts";
import { limits } from "../../../schema/limits.ts";
import type { SqlPort } from "../../kernel/host.ts";
import { statement } from "../../kernel/sql.ts";

/** The rooms that this person is in: what each has told, and how the person has arranged it. */
export const roomsTable = `CREATE TABLE rooms (
  room_id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  other TEXT,                      -- the other person of a direct room
  role TEXT NOT NULL,
  epoch TEXT NOT NULL,
  seq INTEGER NOT NULL,
  read_seq INTEGER NOT NULL,
  badge INTEGER NOT NULL,
  preview TEXT,                    -- JSON
  favourite INTEGER NOT NULL,      -- 0 or 1
  folder TEXT NOT NULL,
  muted_until INTEGER,             -- milliseconds
  archived INTEGER NOT NULL        -- 0 or 1
) WITHOUT ROWID`;

/** Since rooms count what calls the person, and what is new in threads. */
export const roomColumns = [
  "ALTER TABLE rooms ADD COLUMN unread_seq INTEGER", // marked as unread from here on
  "ALTER TABLE rooms ADD COLUMN mentions INTEGER NOT NULL DEFAULT 0",
  "ALTER TABLE rooms ADD COLUMN threads INTEGER NOT NULL DEFAULT 0",
  "ALTER TABLE rooms ADD COLUMN revision INTEGER NOT NULL DEFAULT 0", // of what is the person's own there
];

/** Rooms that were left, so that a mark from before does not bring them back. */
export const leftRoomsTable = `CREATE TABLE left_rooms (
  position INTEGER PRIMARY KEY,
  room_id TEXT NOT NULL UNIQUE,
  epoch TEXT NOT NULL,
  seq INTEGER NOT NULL
)`;

interface Row {
  room_id: RoomId;
  kind: InboxRoom["kind"];
  name: string;
  other: UserId | null;
  role: InboxRoom["role"];
  epoch: InboxRoom["position"]["epoch"];
  seq: number;
  read_seq: number;
  unread_seq: number | null;
  badge: number;
  mentions: number;
  threads: number;
  revision: number;
  preview: string | null;
  favourite: number;
  folder: string;
  muted_until: number | null;
  archived: number;
}

export interface Left {
  room_id: RoomId;
  epoch: string;
  seq: number;
}

const columns = `room_id, kind, name, other, role, epoch, seq, read_seq, unread_seq, badge, mentions, threads, revision,
  preview, favourite, folder, muted_until, archived`;
/** A direct room with somebody who is blocked is remembered, and not shown. */
export const visibleRooms =
  "NOT (kind = 'direct' AND other IS NOT NULL AND other IN (SELECT user_id FROM blocks))";

const byId = statement<{ room_id: string }, Row>(
  `SELECT ${columns} FROM rooms WHERE room_id = :room_id`,
);
const visibleById = statement<{ room_id: string }, Row>(
  `SELECT ${columns} FROM rooms WHERE room_id = :room_id AND ${visibleRooms}`,
);
const shown = statement<object, Row>(
  `SELECT ${columns} FROM rooms WHERE ${visibleRooms} ORDER BY room_id`,
);
const directWith = statement<{ other: string }, Row>(
  `SELECT ${columns} FROM rooms WHERE kind = 'direct' AND other = :other ORDER BY room_id`,
);
const ids = statement<object, { room_id: RoomId }>("SELECT room_id FROM rooms ORDER BY room_id");
const count = statement<object, { rooms: number }>("SELECT COUNT(*) AS rooms FROM rooms");
const put = statement<Row>(
  `INSERT OR REPLACE INTO rooms (${columns}) VALUES (:room_id, :kind, :name, :other, :role, :epoch, :seq, :read_seq,
     :unread_seq, :badge, :mentions, :threads, :revision, :preview, :favourite, :folder, :muted_until, :archived)`,
);
const remove = statement<{ room_id: string }>("DELETE FROM rooms WHERE room_id = :room_id");
const leftById = statement<{ room_id: string }, Left>(
  "SELECT room_id, epoch, seq FROM left_rooms WHERE room_id = :room_id",
);
const leave = statement<{ room_id: string; epoch: string; seq: number }, { position: number }>(
  "INSERT OR REPLACE INTO left_rooms (room_id, epoch, seq) VALUES (:room_id, :epoch, :seq) RETURNING position",
);
const pruneLeft = statement<{ through: number }>(
  "DELETE FROM left_rooms WHERE position <= :through",
);
const comeBack = statement<{ room_id: string }>("DELETE FROM left_rooms WHERE room_id = :room_id");

function roomOf({ other, epoch, seq, ...row }: Row): InboxRoom {
  return {
    ...row,
    with: other,
    position: { epoch, seq },
    preview: row.preview === null ? null : (JSON.parse(row.preview) as InboxRoom["preview"]),
    favourite: row.favourite === 1,
    archived: row.archived === 1,
  };
}

function rowOf({ with: other, position, ...room }: InboxRoom): Row {
  return {
    ...room,
    other,
    ...position,
    preview: room.preview && JSON.stringify(room.preview),
    favourite: Number(room.favourite),
    archived: Number(room.archived),
  };
}

const found = (row: Row | null): InboxRoom | null => row && roomOf(row);

export const rooms = {
  /** Whether the person is in the room, shown or not. */
  has: (sql: SqlPort, room_id: RoomId): boolean => byId.one(sql, { room_id }) !== null,
  find: (sql: SqlPort, room_id: RoomId): InboxRoom | null => found(byId.one(sql, { room_id })),
  findShown: (sql: SqlPort, room_id: RoomId): InboxRoom | null =>
    found(visibleById.one(sql, { room_id })),
  shown: (sql: SqlPort): InboxRoom[] => shown.all(sql, {}).map(roomOf),
  directWith: (sql: SqlPort, other: UserId): InboxRoom[] =>
    directWith.all(sql, { other }).map(roomOf),
  ids: (sql: SqlPort): RoomId[] => ids.all(sql, {}).map((row) => row.room_id),
  count: (sql: SqlPort): number => count.one(sql, {})?.rooms ?? 0,
  put: (sql: SqlPort, room: InboxRoom): void => put.run(sql, rowOf(room)),
  left: (sql: SqlPort, room_id: RoomId): Left | null => leftById.one(sql, { room_id }),
  leave(sql: SqlPort, left: Left): void {
    remove.run(sql, { room_id: left.room_id });
    const added = leave.one(sql, left);
    if (added) pruneLeft.run(sql, { through: added.position - limits.inbox_rooms });
  },
  comeBack: (sql: SqlPort, room_id: RoomId): void => comeBack.run(sql, { room_id }),
};
