import type { MessageId, RoomId } from "../../../schema/ids.ts";
import type { Bookmark } from "../../../schema/inbox.ts";
import type { SqlPort } from "../../kernel/host.ts";
import { statement } from "../../kernel/sql.ts";

/** Messages that the person wants to find again. */
export const bookmarksTable = `CREATE TABLE bookmarks (
  room_id TEXT NOT NULL,
  message_id TEXT NOT NULL,
  note TEXT NOT NULL,
  at INTEGER NOT NULL,             -- milliseconds
  PRIMARY KEY (room_id, message_id)
) WITHOUT ROWID`;

const columns = "room_id, message_id, note, at";
const byId = statement<{ room_id: string; message_id: string }, Bookmark>(
  `SELECT ${columns} FROM bookmarks WHERE room_id = :room_id AND message_id = :message_id`,
);
const list = statement<object, Bookmark>(
  `SELECT ${columns} FROM bookmarks ORDER BY at DESC, message_id`,
);
const count = statement<object, { bookmarks: number }>(
  "SELECT COUNT(*) AS bookmarks FROM bookmarks",
);
const put = statement<Bookmark>(
  `INSERT OR REPLACE INTO bookmarks (${columns}) VALUES (:room_id, :message_id, :note, :at)`,
);
const remove = statement<{ room_id: string; message_id: string }>(
  "DELETE FROM bookmarks WHERE room_id = :room_id AND message_id = :message_id",
);

export const bookmarks = {
  find: (sql: SqlPort, room_id: RoomId, message_id: MessageId): Bookmark | null =>
    byId.one(sql, { room_id, message_id }),
  all: (sql: SqlPort): Bookmark[] => list.all(sql, {}),
  count: (sql: SqlPort): number => count.one(sql, {})?.bookmarks ?? 0,
  put: (sql: SqlPort, bookmark: Bookmark): void => put.run(sql, bookmark),
  remove: (sql: SqlPort, room_id: RoomId, message_id: MessageId): void =>
    remove.run(sql, { room_id, message_id }),
};
