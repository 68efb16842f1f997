import type { Device } from "../../../schema/device.ts";
import type { DeviceId } from "../../../schema/ids.ts";
import type { SqlPort } from "../../kernel/host.ts";
import { statement } from "../../kernel/sql.ts";

/** The devices that are signed in, each with the hashes of its refresh tokens. Who is signed out has no row. */
export const devicesTable = `CREATE TABLE devices (
  device_id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  place TEXT NOT NULL,
  method TEXT NOT NULL,
  created_at INTEGER NOT NULL,         -- milliseconds, as all times here
  last_seen_at INTEGER NOT NULL,
  token_id TEXT NOT NULL,
  token_hash TEXT NOT NULL,
  issued_at INTEGER NOT NULL,
  token_expires_at INTEGER NOT NULL,
  previous_hash TEXT,
  rotated_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL          -- when the session ends by itself
) WITHOUT ROWID`;

export interface DeviceRow extends Device {
  token_id: string;
  token_hash: string;
  issued_at: number;
  token_expires_at: number;
  previous_hash: string | null;
  rotated_at: number;
  expires_at: number;
}

const columns =
  "device_id, name, place, method, created_at, last_seen_at, token_id, token_hash, issued_at, token_expires_at, previous_hash, rotated_at, expires_at";

const insert = statement<DeviceRow>(
  `INSERT OR REPLACE INTO devices (${columns})
   VALUES (:device_id, :name, :place, :method, :created_at, :last_seen_at, :token_id, :token_hash, :issued_at,
     :token_expires_at, :previous_hash, :rotated_at, :expires_at)`,
);
const byId = statement<{ device_id: string }, DeviceRow>(
  `SELECT ${columns} FROM devices WHERE device_id = :device_id`,
);
const list = statement<object, DeviceRow>(
  `SELECT ${columns} FROM devices ORDER BY last_seen_at DESC, device_id`,
);
type Rotated = Omit<DeviceRow, keyof Device | "previous_hash"> & { device_id: DeviceId };
const rotate = statement<Rotated>(
  `UPDATE devices SET previous_hash = token_hash, token_id = :token_id, token_hash = :token_hash,
     issued_at = :issued_at, token_expires_at = :token_expires_at, rotated_at = :rotated_at, expires_at = :expires_at
   WHERE device_id = :device_id`,
);
const rename = statement<{ device_id: string; name: string }>(
  "UPDATE devices SET name = :name WHERE device_id = :device_id",
);
const seen = statement<Pick<Device, "device_id" | "last_seen_at" | "place">>(
  "UPDATE devices SET last_seen_at = :last_seen_at, place = :place WHERE device_id = :device_id",
);
const remove = statement<{ device_id: string }>("DELETE FROM devices WHERE device_id = :device_id");
const expired = statement<{ now: number }, { device_id: DeviceId }>(
  "SELECT device_id FROM devices WHERE expires_at <= :now ORDER BY device_id",
);
const next = statement<object, { expires_at: number | null }>(
  "SELECT MIN(expires_at) AS expires_at FROM devices",
);

/** A device as its owner sees it, without what makes its tokens. */
export function deviceOf(row: DeviceRow): Device {
  const { device_id, name, place, method, created_at, last_seen_at } = row;
  return { device_id, name, place, method, created_at, last_seen_at };
}

export const devices = {
  add: (sql: SqlPort, row: DeviceRow): void => insert.run(sql, row),
  find: (sql: SqlPort, device_id: DeviceId): DeviceRow | null => byId.one(sql, { device_id }),
  /** Who was seen last comes first. */
  all: (sql: SqlPort): DeviceRow[] => list.all(sql, {}),
  /** The living token becomes the one before. */
  rotate: (sql: SqlPort, tokens: Rotated): void => rotate.run(sql, tokens),
  rename: (sql: SqlPort, device_id: DeviceId, name: string): void =>
    rename.run(sql, { device_id, name }),
  seen: (sql: SqlPort, device: Pick<Device, "device_id" | "last_seen_at" | "place">): void =>
    seen.run(sql, device),
  remove: (sql: SqlPort, device_id: DeviceId): void => remove.run(sql, { device_id }),
  expired: (sql: SqlPort, now_ms: number): DeviceId[] =>
    expired.all(sql, { now: now_ms }).map((row) => row.device_id),
  nextExpiry: (sql: SqlPort): number | null => next.one(sql, {})?.expires_at ?? null,
};
