import type { DeviceId, RoomId } from "../../../schema/ids.ts";
import { limits } from "../../../schema/limits.ts";
import type { SqlPort } from "../../kernel/host.ts";
import { statement } from "../../kernel/sql.ts";

/** For which rooms a device was given tickets: where its sockets may be when its session ends. */
export const deviceRoomsTable = `CREATE TABLE device_rooms (
  device_id TEXT NOT NULL,
  room_id TEXT NOT NULL,
  at INTEGER NOT NULL,             -- milliseconds: of the newest ticket
  PRIMARY KEY (device_id, room_id)
) WITHOUT ROWID`;

const put = statement<{ device_id: string; room_id: string; at: number }>(
  `INSERT INTO device_rooms (device_id, room_id, at) VALUES (:device_id, :room_id, :at)
   ON CONFLICT (device_id, room_id) DO UPDATE SET at = excluded.at`,
);
const purge = statement<{ device_id: string; kept: number }>(
  `DELETE FROM device_rooms WHERE device_id = :device_id AND room_id IN (
     SELECT room_id FROM device_rooms WHERE device_id = :device_id ORDER BY at DESC, room_id LIMIT -1 OFFSET :kept)`,
);
const list = statement<{ device_id: string }, { room_id: RoomId }>(
  "SELECT room_id FROM device_rooms WHERE device_id = :device_id",
);
const clear = statement<{ device_id: string }>(
  "DELETE FROM device_rooms WHERE device_id = :device_id",
);

export const deviceRooms = {
  /** The rooms that it asked for last are kept; sockets to older ones find out by the room's own look. */
  note(sql: SqlPort, device_id: DeviceId, room_id: RoomId, at: number): void {
    put.run(sql, { device_id, room_id, at });
    purge.run(sql, { device_id, kept: limits.device_rooms });
  },
  take(sql: SqlPort, device_id: DeviceId): RoomId[] {
    const rooms = list.all(sql, { device_id }).map((row) => row.room_id);
    clear.run(sql, { device_id });
    return rooms;
  },
};
