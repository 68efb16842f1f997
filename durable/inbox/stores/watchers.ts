import type { RoomId, UserId } from "../../../schema/ids.ts";
import type { SqlPort } from "../../kernel/host.ts";
import { statement } from "../../kernel/sql.ts";

/** Who looks at this person, until when, and what each was last told. */
export const watchersTable = `CREATE TABLE watchers (
  user_id TEXT PRIMARY KEY,
  via TEXT,                          -- the room in which they meet; NULL for contacts
  shows_last_seen INTEGER NOT NULL,  -- 0 or 1
  lease_until INTEGER NOT NULL,      -- milliseconds
  told TEXT NOT NULL                 -- JSON of the presence
) WITHOUT ROWID`;

export interface WatcherRow {
  user_id: UserId;
  via: RoomId | null;
  shows_last_seen: number;
  lease_until: number;
  told: string;
}

const columns = "user_id, via, shows_last_seen, lease_until, told";
const list = statement<object, WatcherRow>(`SELECT ${columns} FROM watchers`);
const put = statement<WatcherRow>(
  `INSERT INTO watchers (${columns}) VALUES (:user_id, :via, :shows_last_seen, :lease_until, :told)
   ON CONFLICT (user_id) DO UPDATE SET via = excluded.via, shows_last_seen = excluded.shows_last_seen,
     lease_until = excluded.lease_until, told = excluded.told`,
);
const told = statement<{ user_id: string; told: string; before: string }, { user_id: string }>(
  "UPDATE watchers SET told = :told WHERE user_id = :user_id AND told = :before RETURNING user_id",
);
const unsettle = statement<{ user_id: string }>(
  "UPDATE watchers SET told = '' WHERE user_id = :user_id",
);
const remove = statement<{ user_id: string }>("DELETE FROM watchers WHERE user_id = :user_id");
const expire = statement<{ now: number }>("DELETE FROM watchers WHERE lease_until <= :now");
const count = statement<{ except: string }, { watchers: number }>(
  "SELECT COUNT(*) AS watchers FROM watchers WHERE user_id <> :except",
);

export const watchers = {
  all: (sql: SqlPort): WatcherRow[] => list.all(sql, {}),
  put: (sql: SqlPort, row: WatcherRow): void => put.run(sql, row),
  /**
   * What a watcher was told has arrived. Where they were answered with something else meanwhile nobody knows which of
   * the two came last: false, and they are to be told again.
   */
  told(sql: SqlPort, user_id: UserId, { before, now }: { before: string; now: string }): boolean {
    if (told.one(sql, { user_id, told: now, before })) return true;
    unsettle.run(sql, { user_id });
    return false;
  },
  remove: (sql: SqlPort, user_id: UserId): void => remove.run(sql, { user_id }),
  expire: (sql: SqlPort, now_ms: number): void => expire.run(sql, { now: now_ms }),
  count: (sql: SqlPort, except: string = ""): number => count.one(sql, { except })?.watchers ?? 0,
};
