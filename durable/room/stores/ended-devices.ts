import type { DeviceId } from "../../../schema/ids.ts";
import { limits } from "../../../schema/limits.ts";
import type { SqlPort } from "../../kernel/host.ts";
import { statement } from "../../kernel/sql.ts";

/** Devices that were signed out, for as long as a ticket from before that could still open a socket. */
export const endedDevicesTable = `CREATE TABLE ended_devices (
  device_id TEXT PRIMARY KEY,
  ended_at INTEGER NOT NULL        -- milliseconds
) WITHOUT ROWID`;

const put = statement<{ device_id: string; ended_at: number }>(
  `INSERT INTO ended_devices (device_id, ended_at) VALUES (:device_id, :ended_at)
   ON CONFLICT (device_id) DO UPDATE SET ended_at = MAX(ended_at, excluded.ended_at)`,
);
const purge = statement<{ before: number }>("DELETE FROM ended_devices WHERE ended_at < :before");
const since = statement<{ device_id: string; given_at: number }, { ended_at: number }>(
  "SELECT ended_at FROM ended_devices WHERE device_id = :device_id AND ended_at >= :given_at",
);

/** The clock that gave a ticket and the one here may differ by this much, in either direction. */
const skew_ms = limits.clock_skew_ms;

export const endedDevices = {
  add(sql: SqlPort, device_id: DeviceId, ended_at: number): void {
    purge.run(sql, { before: ended_at - limits.ticket_ms - 2 * skew_ms });
    put.run(sql, { device_id, ended_at });
  },
  /** Whether the device was signed out after it was given this ticket. In doubt it was: it can ask for another. */
  hasEnded(sql: SqlPort, device_id: DeviceId, ticket_expires_at: number): boolean {
    const given_at = ticket_expires_at - limits.ticket_ms - skew_ms;
    return since.one(sql, { device_id, given_at }) !== null;
  },
};
