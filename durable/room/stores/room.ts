import type { Epoch } from "../../../schema/ids.ts";
import type { EventBody } from "../../../schema/events.ts";
import type { Room, RoomSettings } from "../../../schema/room.ts";
import { defaultRoomSettings } from "../../../schema/room.ts";
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

/** Since rooms have settings. They lie there as they were changed, so that a default that moves moves for all. */
export const roomColumns = [
  "ALTER TABLE room ADD COLUMN description TEXT NOT NULL DEFAULT ''",
  "ALTER TABLE room ADD COLUMN guidelines TEXT NOT NULL DEFAULT ''",
  "ALTER TABLE room ADD COLUMN archived_at INTEGER", // milliseconds
  "ALTER TABLE room ADD COLUMN settings TEXT NOT NULL DEFAULT '{}'", // JSON
];

export interface RoomRow extends Room {
  epoch: Epoch;
}
type Stored = Omit<RoomRow, "settings"> & { settings: string };

const columns =
  "room_id, epoch, kind, name, topic, description, guidelines, archived_at, settings, created_by, created_at";

const insert = statement<Stored>(
  `INSERT INTO room (only, ${columns}) VALUES (1, :room_id, :epoch, :kind, :name, :topic, :description, :guidelines,
     :archived_at, :settings, :created_by, :created_at)`,
);
const change = statement<Omit<Stored, "room_id" | "epoch" | "kind" | "created_by" | "created_at">>(
  `UPDATE room SET name = :name, topic = :topic, description = :description, guidelines = :guidelines,
     archived_at = :archived_at, settings = :settings`,
);
const only = statement<object, Stored>(`SELECT ${columns} FROM room`);

const clear = statement<object>("DELETE FROM room");

const changedSettings = ({ settings }: Stored) => JSON.parse(settings) as Partial<RoomSettings>;

/** An entry that is there and undefined would hide what was there before. */
const given = <T extends object>(words: T): { [K in keyof T]?: NonNullable<T[K]> } =>
  Object.fromEntries(Object.entries(words).filter(([, value]) => value !== undefined)) as never;

export type RoomChange = EventBody<"room.changed">;

export const roomStore = {
  get(sql: SqlPort): RoomRow | null {
    const row = only.one(sql, {});
    return row && { ...row, settings: { ...defaultRoomSettings, ...changedSettings(row) } };
  },
  add: (sql: SqlPort, row: Omit<RoomRow, "settings" | "archived_at">): void =>
    insert.run(sql, { ...row, archived_at: null, settings: "{}" }),
  /** What an event has changed, at its time. */
  change(sql: SqlPort, { settings, archived, ...words }: RoomChange, at: number): void {
    const row = only.one(sql, {});
    if (!row) return;
    const archived_at = archived === undefined ? row.archived_at : archived ? at : null;
    const changed = JSON.stringify({ ...changedSettings(row), ...settings });
    const { name, topic, description, guidelines } = { ...row, ...given(words) };
    change.run(sql, { name, topic, description, guidelines, archived_at, settings: changed });
  },
  /** Before the table is made again from the log. */
  clear: (sql: SqlPort): void => clear.run(sql, {}),
};
