import type { RoomId, UserId } from "../../schema/ids.ts";
import type { User } from "../../schema/user.ts";

/** Accounts and the jobs' ledger, in D1. All SQL about them is here. */
export interface Account {
  user: User;
  password_hash: string;
}

export interface ArchiveLag {
  rooms_behind: number;
  oldest_at: number | null;
}

export interface Directory {
  /** False where the handle is taken. */
  register(account: Account): Promise<boolean>;
  accountByHandle(handle: string): Promise<Account | null>;
  usersByHandle(handle: string): Promise<User[]>;
  /** Those of the ids that name somebody, in no particular order. */
  usersByIds(ids: readonly UserId[]): Promise<User[]>;
  archiveFailed(room_id: RoomId, since_ms: number, reason: string): Promise<void>;
  archiveCaughtUp(room_ids: readonly RoomId[]): Promise<void>;
  archiveLag(): Promise<ArchiveLag>;
  appliedMigrations(): Promise<string[]>;
}

const USER = "user_id, handle, display_name, created_at";

const statements = {
  register: `INSERT INTO users (user_id, handle, display_name, password_hash, created_at)
    VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (handle) DO NOTHING RETURNING user_id`,
  accountByHandle: `SELECT ${USER}, password_hash FROM users WHERE handle = ?1`,
  usersByHandle: `SELECT ${USER} FROM users WHERE handle = ?1`,
  // A list goes in as one JSON parameter: a statement takes a hundred parameters and no more.
  usersByIds: `SELECT ${USER} FROM users WHERE user_id IN (SELECT value FROM json_each(?1))`,
  archiveFailed: `INSERT INTO archive_lag (room_id, oldest_at, attempts, last_error, updated_at)
    VALUES (?1, ?2, 1, ?3, ?4)
    ON CONFLICT (room_id) DO UPDATE SET oldest_at = min(oldest_at, excluded.oldest_at), attempts = attempts + 1,
      last_error = excluded.last_error, updated_at = excluded.updated_at`,
  archiveCaughtUp: "DELETE FROM archive_lag WHERE room_id IN (SELECT value FROM json_each(?1))",
  archiveLag: "SELECT count(*) AS rooms_behind, min(oldest_at) AS oldest_at FROM archive_lag",
  appliedMigrations: "SELECT name FROM d1_migrations ORDER BY id",
} as const;

const REASON_CHARACTERS = 200;

export function createDirectory(database: D1Database, now: () => number = Date.now): Directory {
  const bind = (name: keyof typeof statements, ...values: (string | number)[]) =>
    database.prepare(statements[name]).bind(...values);

  return {
    async register({ user, password_hash }) {
      const { user_id, handle, display_name, created_at } = user;
      return (
        (await bind(
          "register",
          user_id,
          handle,
          display_name,
          password_hash,
          created_at,
        ).first()) !== null
      );
    },
    async accountByHandle(handle) {
      const row = await bind("accountByHandle", handle).first<User & { password_hash: string }>();
      if (!row) return null;
      const { password_hash, ...user } = row;
      return { user, password_hash };
    },
    usersByHandle: async (handle) => (await bind("usersByHandle", handle).all<User>()).results,
    async usersByIds(ids) {
      if (ids.length === 0) return [];
      return (await bind("usersByIds", JSON.stringify(ids)).all<User>()).results;
    },
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
