import type { UserId } from "../../../schema/ids.ts";
import type { MemberPreferences } from "../../../schema/preferences.ts";
import type { SqlPort } from "../../kernel/host.ts";
import { statement } from "../../kernel/sql.ts";

/** What members' inboxes have said of them; who has no row is as everyone is by default. */
export const preferencesTable = `CREATE TABLE preferences (
  user_id TEXT PRIMARY KEY,
  version INTEGER NOT NULL,        -- the inbox's own count
  shows_reads INTEGER NOT NULL,    -- 0 or 1
  hidden INTEGER NOT NULL,         -- 0 or 1
  ignores INTEGER NOT NULL         -- how many they ignore
) WITHOUT ROWID`;
/** Whom they ignore, a row each: it is looked up for every message that might count, and a list would be read through. */
export const ignoredTable = `CREATE TABLE ignored (
  user_id TEXT NOT NULL,
  author TEXT NOT NULL,
  PRIMARY KEY (user_id, author)
) WITHOUT ROWID`;

interface Row {
  user_id: UserId;
  version: number;
  shows_reads: number;
  hidden: number;
  ignores: number;
}

const byId = statement<{ user_id: string }, Row>(
  "SELECT user_id, version, shows_reads, hidden, ignores FROM preferences WHERE user_id = :user_id",
);
const put = statement<Row>(
  `INSERT INTO preferences (user_id, version, shows_reads, hidden, ignores)
   VALUES (:user_id, :version, :shows_reads, :hidden, :ignores)
   ON CONFLICT (user_id) DO UPDATE SET version = excluded.version, shows_reads = excluded.shows_reads,
     hidden = excluded.hidden, ignores = excluded.ignores`,
);
const hidden = statement<object, { user_id: UserId }>(
  "SELECT user_id FROM preferences WHERE hidden = 1",
);
const hiding = statement<object, { user_id: UserId }>(
  "SELECT user_id FROM preferences WHERE shows_reads = 0",
);
const remove = statement<{ users: string }>(
  "DELETE FROM preferences WHERE user_id IN (SELECT value FROM json_each(:users))",
);
const removeIgnored = statement<{ users: string }>(
  "DELETE FROM ignored WHERE user_id IN (SELECT value FROM json_each(:users))",
);
const ignoredBy = statement<{ user_id: string }, { author: UserId }>(
  "SELECT author FROM ignored WHERE user_id = :user_id ORDER BY author",
);
const ignore = statement<{ user_id: string; authors: string }>(
  "INSERT OR IGNORE INTO ignored (user_id, author) SELECT :user_id, value FROM json_each(:authors)",
);

/** What came of hearing of a member's preferences. */
export interface Heard {
  /** Whether others count for them now, or no longer. */
  readonly ignores_others: boolean;
}

export const preferences = {
  /** Keeps what is newer. Null where it is not. */
  put(sql: SqlPort, user_id: UserId, said: MemberPreferences): Heard | null {
    const known = byId.one(sql, { user_id });
    if ((known?.version ?? 0) >= said.version) return null;
    const before = ignoredBy.all(sql, { user_id }).map(({ author }) => author);
    const after = said.ignores.toSorted();
    const ignores_others = JSON.stringify(before) !== JSON.stringify(after);
    put.run(sql, {
      user_id,
      version: said.version,
      shows_reads: Number(said.shows_reads),
      hidden: Number(said.hidden),
      ignores: after.length,
    });
    if (ignores_others) {
      removeIgnored.run(sql, { users: JSON.stringify([user_id]) });
      ignore.run(sql, { user_id, authors: JSON.stringify(after) });
    }
    return { ignores_others };
  },
  showsReads: (sql: SqlPort, user_id: UserId): boolean =>
    byId.one(sql, { user_id })?.shows_reads !== 0,
  /** Those who hide how far they have read. */
  hidingReads: (sql: SqlPort): Set<UserId> =>
    new Set(hiding.all(sql, {}).map(({ user_id }) => user_id)),
  /** Those who are invisible. */
  hidden: (sql: SqlPort): Set<UserId> => new Set(hidden.all(sql, {}).map(({ user_id }) => user_id)),
  isHidden: (sql: SqlPort, user_id: UserId): boolean => byId.one(sql, { user_id })?.hidden === 1,
  /** Of whoever is no member: they would come back with what has become of it. */
  removeOf(sql: SqlPort, users: readonly UserId[]): void {
    remove.run(sql, { users: JSON.stringify(users) });
    removeIgnored.run(sql, { users: JSON.stringify(users) });
  },
};
