import type { RoomId } from "../../schema/ids.ts";

/** The ledger of rooms that the archive is behind with, in D1, and which migrations that database has. */
export interface ArchiveLag {
  rooms_behind: number;
  oldest_at: number | null;
}

export interface ArchiveLedger {
  archiveFailed(room_id: RoomId, since_ms: number, reason: string): Promise<void>;
  archiveCaughtUp(room_ids: readonly RoomId[]): Promise<void>;
  archiveLag(): Promise<ArchiveLag>;
  appliedMigrations(): Promise<string[]>;
}

const statements = {
  archiveFailed: `INSERT INTO archive_lag (room_id, oldest_at, attempts, last_error, updated_at)
    VALUES (?1, ?2, 1, ?3, ?4)
    ON CONFLICT (room_id) DO UPDATE SET oldest_at = min(oldest_at, excluded.oldest_at), attempts = attempts + 1,
      last_error = excluded.last_error, updated_at = excluded.updated_at`,
  archiveCaughtUp: "DELETE FROM archive_lag WHERE room_id IN (SELECT value FROM json_each(?1))",
  archiveLag: "SELECT count(*) AS rooms_behind, min(oldest_at) AS oldest_at FROM archive_lag",
  appliedMigrations: "SELECT name FROM d1_migrations ORDER BY id",
} as const;

const REASON_CHARACTERS = 200;

export function createArchiveLedger(
  database: D1Database,
  now: () => number = Date.now,
): ArchiveLedger {
  const bind = (name: keyof typeof statements, ...values: (string | number)[]) =>
    database.prepare(statements[name]).bind(...values);

  return {
    async archiveFailed(room_id, since_ms, reason) {
      await bind(
        "archiveFailed",
        room_id,
        since_ms,
        reason.slice(0, REASON_CHARACTERS),
        now(),
      ).run();
    },
    async archiveCaughtUp(room_ids) {
      if (room_ids.length > 0) await bind("archiveCaughtUp", JSON.stringify(room_ids)).run();
    },
    async archiveLag() {
      return (await bind("archiveLag").first<ArchiveLag>()) ?? { rooms_behind: 0, oldest_at: null };
    },
    async appliedMigrations() {
      const { results } = await bind("appliedMigrations").all<{ name: string }>();
      return results.map((row) => row.name);
    },
  };
}
