import type { Epoch } from "../../../schema/ids.ts";
import type { Room } from "../../../schema/room.ts";
import type { SqlPort } from "../../kernel/host.ts";
import { statement } from "../../kernel/sql.ts";

/** The one room of this actor. `epoch` is the life of its log; the rest is derived from the log. */
export const roomTable = `CREATE TABLE room (
  only INTEGER PRIMARY KEY CHECK (only = 1),
  room_id TEXT NOT NULL,
  epoch TEXT NOT NULL,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  topic TEXT NOT NULL,
  created_by TEXT NOT NULL,
  created_at INTEGER NOT NULL      -- milliseconds
)`;

export interface RoomRow extends Room {
  epoch: Epoch;
}

const columns = "room_id, epoch, kind, name, topic, created_by, created_at";

const insert = statement<RoomRow>(
  `INSERT INTO room (only, ${columns})
   VALUES (1, :room_id, :epoch, :kind, :name, :topic, :created_by, :created_at)`,
);
const only = statement<object, RoomRow>(`SELECT ${columns} FROM room`);

const clear = statement<object>("DELETE FROM room");

export const roomStore = {
  get: (sql: SqlPort): RoomRow | null => only.one(sql, {}),
  add: (sql: SqlPort, row: RoomRow): void => insert.run(sql, row),
  /** Before the table is made again from the log. */
  clear: (sql: SqlPort): void => clear.run(sql, {}),
};
