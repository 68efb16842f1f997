import type { RoomId } from "../../../schema/ids.ts";
import type { SqlPort } from "../../kernel/host.ts";
import { statement } from "../../kernel/sql.ts";

/** How often that has changed which the rooms must know of this person; what it is lies where the person has put it. */
export const preferencesTable = `CREATE TABLE preferences (
  only INTEGER PRIMARY KEY CHECK (only = 1),
  version INTEGER NOT NULL
)`;
/** Whoever was here before rooms were told has something to tell. */
export const preferencesOfOld = "INSERT INTO preferences (only, version) SELECT 1, 1 FROM inbox";
/** Which rooms have heard of it; one that is not here has heard of nothing. */
export const preferredRoomsTable = `CREATE TABLE preferred_rooms (
  room_id TEXT PRIMARY KEY,
  version INTEGER NOT NULL
) WITHOUT ROWID`;

const only = statement<object, { version: number }>("SELECT version FROM preferences");
const next = statement<object, { version: number }>(
  `INSERT INTO preferences (only, version) VALUES (1, 1)
   ON CONFLICT (only) DO UPDATE SET version = version + 1 RETURNING version`,
);
const untold = statement<{ version: number; limit: number }, { room_id: RoomId }>(
  `SELECT room_id FROM rooms LEFT JOIN preferred_rooms USING (room_id)
   WHERE IFNULL(version, 0) < :version ORDER BY room_id LIMIT :limit`,
);
const told = statement<{ version: number; rooms: string }>(
  `INSERT INTO preferred_rooms (room_id, version) SELECT value, :version FROM json_each(:rooms) WHERE true
   ON CONFLICT (room_id) DO UPDATE SET version = MAX(version, excluded.version)`,
);
const forget = statement<object>(
  "DELETE FROM preferred_rooms WHERE room_id NOT IN (SELECT room_id FROM rooms)",
);

export const preferencesStore = {
  version: (sql: SqlPort): number => only.one(sql, {})?.version ?? 0,
  next: (sql: SqlPort): number => next.one(sql, {})?.version ?? 0,
  /** Rooms that know of an older version. */
  untold: (sql: SqlPort, version: number, limit: number): RoomId[] =>
    untold.all(sql, { version, limit }).map(({ room_id }) => room_id),
  told(sql: SqlPort, version: number, rooms: readonly RoomId[]): void {
    told.run(sql, { version, rooms: JSON.stringify(rooms) });
    forget.run(sql, {});
  },
};
