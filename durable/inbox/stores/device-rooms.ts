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
const find = statement<{ device_id: string; room_id: string }, { at: number }>(
  "SELECT at FROM device_rooms WHERE device_id = :device_id AND room_id = :room_id",
);
const count = statement<{ device_id: string }, { rooms: number }>(
  "SELECT COUNT(*) AS rooms FROM device_rooms WHERE device_id = :device_id",
);
const list = statement<{ device_id: string }, { room_id: RoomId }>(
  "SELECT room_id FROM device_rooms WHERE device_id = :device_id",
);
const clear = statement<{ device_id: string }>(
  "DELETE FROM device_rooms WHERE device_id = :device_id",
);

export const deviceRooms = {
  /**
   * No room is forgotten while the session lives: a socket there would outlive it. So one more than there may be is
   * not noted, and false says that nothing may be opened in it.
   */
  note(sql: SqlPort, device_id: DeviceId, room_id: RoomId, at: number): boolean {
    const is_known = find.one(sql, { device_id, room_id }) !== null;
    const { rooms = 0 } = (is_known ? null : count.one(sql, { device_id })) ?? {};
    if (rooms >= limits.device_rooms) return false;
    put.run(sql, { device_id, room_id, at });
    return true;
  },
  take(sql: SqlPort, device_id: DeviceId): RoomId[] {
    const rooms = list.all(sql, { device_id }).map((row) => row.room_id);
    clear.run(sql, { device_id });
    return rooms;
  },
};
