import type { Contact } from "../../../schema/contact.ts";
import type { UserId } from "../../../schema/ids.ts";
import type { SqlPort } from "../../kernel/host.ts";
import { statement } from "../../kernel/sql.ts";
import type { Pair } from "../rules/contact.ts";
import { stateOf, strangers } from "../rules/contact.ts";

/** What this person and others wish of one another. Blocked people have their row too; nothing shows it. */
export const wishesTable = `CREATE TABLE wishes (
  user_id TEXT PRIMARY KEY,
  wants INTEGER NOT NULL,           -- 0 or 1
  version INTEGER NOT NULL,
  theirs_wants INTEGER NOT NULL,    -- 0 or 1
  theirs_version INTEGER NOT NULL,
  ends_version INTEGER NOT NULL,    -- 0 for none
  told_version INTEGER NOT NULL,    -- of one's own wish, as far as the other's inbox has heard
  since INTEGER NOT NULL            -- milliseconds: when the two began to stand as they do
) WITHOUT ROWID`;

interface WishRow {
  user_id: UserId;
  wants: number;
  version: number;
  theirs_wants: number;
  theirs_version: number;
  ends_version: number;
  told_version: number;
  since: number;
}

/** Strangers of whom it is still known what they last wished; of older ones nothing is. */
const KEPT_STRANGERS = 1_000;

const columns =
  "user_id, wants, version, theirs_wants, theirs_version, ends_version, told_version, since";
const visible = "user_id NOT IN (SELECT user_id FROM blocks)";

const byId = statement<{ user_id: string }, WishRow>(
  `SELECT ${columns} FROM wishes WHERE user_id = :user_id`,
);
const put = statement<Omit<WishRow, "told_version">>(
  `INSERT INTO wishes (${columns})
   VALUES (:user_id, :wants, :version, :theirs_wants, :theirs_version, :ends_version, 0, :since)
   ON CONFLICT (user_id) DO UPDATE SET wants = excluded.wants, version = excluded.version,
     theirs_wants = excluded.theirs_wants, theirs_version = excluded.theirs_version,
     ends_version = excluded.ends_version, since = excluded.since`,
);
const told = statement<{ user_id: string; version: number }>(
  `UPDATE wishes SET told_version = :version, ends_version = CASE version WHEN :version THEN 0 ELSE ends_version END
   WHERE user_id = :user_id`,
);
const listed = statement<object, WishRow>(
  `SELECT ${columns} FROM wishes WHERE (wants = 1 OR theirs_wants = 1) AND ${visible} ORDER BY since, user_id`,
);
const everyone = statement<object, WishRow>(
  `SELECT ${columns} FROM wishes
   WHERE wants = 1 OR theirs_wants = 1 OR told_version < version OR ends_version > 0 ORDER BY user_id`,
);
const counts = statement<object, { contacts: number; requested: number; requests: number }>(
  `SELECT COUNT(*) FILTER (WHERE wants = 1 AND theirs_wants = 1) AS contacts,
     COUNT(*) FILTER (WHERE wants = 1 AND theirs_wants = 0) AS requested,
     COUNT(*) FILTER (WHERE wants = 0 AND theirs_wants = 1) AS requests
   FROM wishes WHERE ${visible}`,
);
const oldestRequest = statement<object, { user_id: UserId }>(
  `SELECT user_id FROM wishes WHERE wants = 0 AND theirs_wants = 1 AND ${visible}
   ORDER BY since, user_id LIMIT 1`,
);
const forget = statement<{ kept: number }>(
  `DELETE FROM wishes WHERE user_id IN (
     SELECT user_id FROM wishes WHERE wants = 0 AND theirs_wants = 0 AND told_version >= version
     ORDER BY since DESC, user_id LIMIT -1 OFFSET :kept)`,
);

const pairOf = ({ wants, theirs_wants, ...row }: WishRow): Pair => ({
  wants: wants === 1,
  version: row.version,
  theirs_wants: theirs_wants === 1,
  theirs_version: row.theirs_version,
  ends_version: row.ends_version,
});

export const wishes = {
  pair(sql: SqlPort, user_id: UserId): Pair {
    const row = byId.one(sql, { user_id });
    return row ? pairOf(row) : strangers;
  },
  /** A request, a contact or nothing: as the person sees it, so nothing of whom they block. */
  contacts: (sql: SqlPort): Contact[] =>
    listed.all(sql, {}).flatMap((row) => {
      const state = stateOf(pairOf(row));
      return state ? [{ user_id: row.user_id, state, since: row.since }] : [];
    }),
  /** Says since when the two stand as they do. */
  put(sql: SqlPort, user_id: UserId, pair: Pair, now_ms: number): number {
    const before = byId.one(sql, { user_id });
    const since = before && stateOf(pairOf(before)) === stateOf(pair) ? before.since : now_ms;
    put.run(sql, {
      user_id,
      ...pair,
      wants: Number(pair.wants),
      theirs_wants: Number(pair.theirs_wants),
      since,
    });
    return since;
  },
  /** The other's inbox has heard what was so at this version. */
  told: (sql: SqlPort, user_id: UserId, version: number): void =>
    told.run(sql, { user_id, version }),
  /** Whoever comes and goes does not fill the storage. */
  forgetStrangers: (sql: SqlPort): void => forget.run(sql, { kept: KEPT_STRANGERS }),
  counts: (sql: SqlPort) => counts.one(sql, {}) ?? { contacts: 0, requested: 0, requests: 0 },
  /** Everyone with whom there is something between the two, seen or not. */
  everyone: (sql: SqlPort): { user_id: UserId; pair: Pair }[] =>
    everyone.all(sql, {}).map((row) => ({ user_id: row.user_id, pair: pairOf(row) })),
  oldestRequest: (sql: SqlPort): UserId | null => oldestRequest.one(sql, {})?.user_id ?? null,
};
