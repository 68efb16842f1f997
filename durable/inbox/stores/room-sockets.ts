import type { RoomId } from "../../../schema/ids.ts";
import type { SqlPort } from "../../kernel/host.ts";
import { statement } from "../../kernel/sql.ts";

/**
 * How many sockets this user has in which rooms, at most: as many as there were when the last one was opened. Sockets
 * close without a word to the inbox, so the number is asked for again before anybody is refused by it.
 */
export const roomSocketsTable = `CREATE TABLE room_sockets (
  room_id TEXT PRIMARY KEY,
  sockets INTEGER NOT NULL         -- at least 1
) WITHOUT ROWID`;

export interface RoomSockets {
  room_id: RoomId;
  sockets: number;
}

const list = statement<object, RoomSockets>("SELECT room_id, sockets FROM room_sockets");
const put = statement<RoomSockets>(
  `INSERT INTO room_sockets (room_id, sockets) VALUES (:room_id, :sockets)
   ON CONFLICT (room_id) DO UPDATE SET sockets = excluded.sockets`,
);
const remove = statement<{ room_id: string }>("DELETE FROM room_sockets WHERE room_id = :room_id");

export const roomSockets = {
  all: (sql: SqlPort): RoomSockets[] => list.all(sql, {}),
  put(sql: SqlPort, row: RoomSockets): void {
    if (row.sockets > 0) put.run(sql, row);
    else remove.run(sql, { room_id: row.room_id });
  },
};
