import type { Cursor } from "../../../schema/cursors.ts";
import type { UserId } from "../../../schema/ids.ts";
import type { SqlPort } from "../../kernel/host.ts";
import { statement } from "../../kernel/sql.ts";

/**
 * How far each member has received and read, and what their inbox was last told. It is not in the log and not derived
 * from it: what a member reads concerns nobody else. Who left keeps a row until their inbox knows.
 *
 * Who is to be told follows from the row alone, so nothing has to be written for each member when something happens.
 * What the inbox is told with these rows is counted in badges.ts.
 */
export const cursorsTable = `CREATE TABLE cursors (
  user_id TEXT PRIMARY KEY,
  read_seq INTEGER NOT NULL,       -- only grows
  marked_seq INTEGER NOT NULL,     -- where the log stood in the last mark that the inbox has; 0 where it has none
  marked_read_seq INTEGER NOT NULL,
  marked_badge INTEGER NOT NULL,
  left_seq INTEGER                 -- of the event by which they left
) WITHOUT ROWID`;

/** Whoever was here before there were cursors: nobody knows what they had read, so nothing is new to them. */
export const cursorsOfOld = `INSERT INTO cursors (user_id, read_seq, marked_seq, marked_read_seq, marked_badge, left_seq)
  SELECT user_id, (SELECT MAX(seq) FROM log), 0, 0, 0, NULL FROM members`;
export const untoldIndexOfOld =
  "CREATE INDEX cursors_untold ON cursors (user_id) WHERE marked_seq = 0 OR marked_read_seq < read_seq";
export const leftIndex =
  "CREATE INDEX cursors_left ON cursors (user_id) WHERE left_seq IS NOT NULL";

/** In a large room only these rows are looked at. The condition stands in the queries to the letter. */
export const UNTOLD = "marked_seq = 0 OR marked_revision < revision";

/**
 * Since a member's own has more in it than a cursor: what counts is no longer how far the inbox knows them to have read,
 * but how many of their changes it knows of.
 */
export const cursorColumns = [
  "DROP INDEX cursors_untold",
  "ALTER TABLE cursors ADD COLUMN delivered_seq INTEGER NOT NULL DEFAULT 0", // only grows, and never behind read_seq
  "UPDATE cursors SET delivered_seq = read_seq",
  "ALTER TABLE cursors ADD COLUMN unread_seq INTEGER", // marked as unread from here on
  "ALTER TABLE cursors ADD COLUMN revision INTEGER NOT NULL DEFAULT 0", // how often their own has changed
  "ALTER TABLE cursors ADD COLUMN marked_revision INTEGER NOT NULL DEFAULT 0",
  "UPDATE cursors SET revision = 1 WHERE marked_read_seq < read_seq",
  "ALTER TABLE cursors DROP COLUMN marked_read_seq",
  `CREATE INDEX cursors_untold ON cursors (user_id) WHERE ${UNTOLD}`,
];

/** User to seq, as JSON: one statement for however many. */
type Seqs = ReadonlyMap<UserId, number>;
const asJson = (seqs: ReadonlyMap<UserId, unknown>): string =>
  JSON.stringify(Object.fromEntries(seqs));

/** How far somebody says that they have received and read; 0 where they say nothing of it. */
export interface Move {
  readonly delivered_seq: number;
  readonly read_seq: number;
  /** Whether it ends a mark as unread also where it goes no further. */
  readonly ends_mark?: boolean;
}

const join = statement<{ joined: string }>(
  `INSERT INTO cursors (user_id, read_seq, delivered_seq, marked_seq, marked_badge, left_seq)
   SELECT key, value, value, 0, 0, NULL FROM json_each(:joined) WHERE true
   ON CONFLICT (user_id) DO UPDATE SET read_seq = excluded.read_seq, delivered_seq = excluded.delivered_seq,
     unread_seq = NULL, revision = revision + 1, marked_seq = 0, marked_revision = 0, marked_badge = 0, left_seq = NULL`,
);
const leave = statement<{ left: string }>(
  "UPDATE cursors SET left_seq = gone.value FROM json_each(:left) AS gone WHERE user_id = gone.key",
);
/** Whoever reads as far as anything was said has seen what they had marked as unread; a repetition of it has not. */
const SEES_ALL = `(said.ends_mark = 1 OR said.read_seq > cursors.read_seq) AND said.read_seq >= IFNULL((SELECT seq FROM messages WHERE in_room = 1 ORDER BY seq DESC LIMIT 1), 0)`;
const advance = statement<{ moves: string }, Moved>(
  `UPDATE cursors SET
     revision = revision + (said.read_seq > cursors.read_seq OR (unread_seq IS NOT NULL AND ${SEES_ALL})),
     unread_seq = CASE WHEN unread_seq IS NOT NULL AND ${SEES_ALL} THEN NULL ELSE unread_seq END,
     delivered_seq = MAX(cursors.delivered_seq, said.delivered_seq, said.read_seq),
     read_seq = MAX(cursors.read_seq, said.read_seq)
   FROM (SELECT key AS user_id, value ->> 0 AS delivered_seq, value ->> 1 AS read_seq, value ->> 2 AS ends_mark
     FROM json_each(:moves)) AS said
   WHERE cursors.user_id = said.user_id AND left_seq IS NULL
     AND (said.read_seq > cursors.read_seq OR said.delivered_seq > cursors.delivered_seq
       OR (unread_seq IS NOT NULL AND ${SEES_ALL}))
   RETURNING user_id, marked_badge, revision > marked_revision AS is_untold`,
);
/** What is not read yet need not be marked. */
const unread = statement<{ user_id: string; seq: number }, { user_id: UserId }>(
  `UPDATE cursors SET revision = revision + 1, unread_seq = CASE WHEN :seq <= read_seq THEN :seq END
   WHERE user_id = :user_id AND left_seq IS NULL
     AND unread_seq IS NOT CASE WHEN :seq <= read_seq THEN :seq END RETURNING user_id`,
);
const touch = statement<{ users: string }>(
  `UPDATE cursors SET revision = revision + 1
   WHERE user_id IN (SELECT value FROM json_each(:users)) AND left_seq IS NULL`,
);
const remove = statement<{ user_id: string }>("DELETE FROM cursors WHERE user_id = :user_id");
const shown = statement<object, Cursor>(
  `SELECT user_id, delivered_seq, read_seq FROM cursors LEFT JOIN preferences USING (user_id)
   WHERE left_seq IS NULL AND IFNULL(shows_reads, 1) = 1 ORDER BY user_id`,
);
/**
 * Who has received a message, and who has read it. Whoever came after it has not: their cursor begins where they came.
 * A reply that is shown in its thread only is read there.
 */
const readers = statement<
  { seq: number; author: string; in_room: number; root: string | null },
  { user_id: UserId; has_read: number }
>(
  `SELECT cursors.user_id,
     CASE WHEN :in_room = 1 THEN cursors.read_seq ELSE IFNULL(thread_follows.read_seq, 0) END >= :seq AS has_read
   FROM cursors JOIN members USING (user_id) LEFT JOIN preferences USING (user_id)
     LEFT JOIN thread_follows ON thread_follows.user_id = cursors.user_id AND root = :root
   WHERE left_seq IS NULL AND joined_seq < :seq AND delivered_seq >= :seq AND cursors.user_id <> :author
     AND IFNULL(shows_reads, 1) = 1
   ORDER BY cursors.user_id`,
);

/** Who joined again meanwhile starts anew: nothing that was told of the time before counts for them. */
const told = statement<{ seq: number; told: string }>(
  `UPDATE cursors SET marked_seq = :seq, marked_revision = said.value ->> 0, marked_badge = said.value ->> 1
   FROM json_each(:told) AS said
   WHERE user_id = said.key AND left_seq IS NULL AND marked_seq <= :seq AND marked_revision <= said.value ->> 0
     AND :seq >= (SELECT joined_seq FROM members WHERE members.user_id = said.key)`,
);
const left = statement<{ limit: number }, Left>(
  "SELECT user_id, left_seq FROM cursors WHERE left_seq IS NOT NULL LIMIT :limit",
);
const dropLeft = statement<{ left: string }>(
  `DELETE FROM cursors WHERE left_seq IS NOT NULL
   AND EXISTS (SELECT 1 FROM json_each(:left) AS gone WHERE gone.key = user_id AND gone.value = left_seq)`,
);

export interface Moved {
  user_id: UserId;
  /** Of everything that is unread, what their inbox shows until it is told anew. */
  marked_badge: number;
  /** 1 where something of their own is not yet known to their inbox. */
  is_untold: 0 | 1;
}
export interface Left {
  user_id: UserId;
  left_seq: number;
}
/** What an inbox has been told of its member. */
export interface Told {
  user_id: UserId;
  revision: number;
  /** Everything unread that it shows now, of whatever kind. */
  shown: number;
}

export const cursors = {
  /** What was said before they came is not unread. */
  join: (sql: SqlPort, joined: Seqs): void => join.run(sql, { joined: asJson(joined) }),
  leave: (sql: SqlPort, gone: Seqs): void => leave.run(sql, { left: asJson(gone) }),
  /** Those that moved. */
  advance(sql: SqlPort, moves: ReadonlyMap<UserId, Move>): Moved[] {
    const said = [...moves].map(([user_id, { delivered_seq, read_seq, ends_mark }]) => [
      user_id,
      [delivered_seq, read_seq, Number(ends_mark === true)],
    ]);
    return advance.all(sql, { moves: JSON.stringify(Object.fromEntries(said)) });
  },
  /** Marks as unread from here on; says whether that changes anything. */
  unread: (sql: SqlPort, user_id: UserId, seq: number): boolean =>
    unread.one(sql, { user_id, seq }) !== null,
  /** Something else of theirs has changed, of which their inboxes are to hear. */
  touch: (sql: SqlPort, users: readonly UserId[]): void =>
    touch.run(sql, { users: JSON.stringify(users) }),
  remove: (sql: SqlPort, user_id: UserId): void => remove.run(sql, { user_id }),
  /** Those of all who show theirs. */
  shown: (sql: SqlPort): Cursor[] => shown.all(sql, {}),
  readers: (
    sql: SqlPort,
    { in_room, ...of }: { seq: number; author: UserId; in_room: boolean; root: string | null },
  ) => readers.all(sql, { ...of, in_room: Number(in_room) }),
  /** All who were told of the log up to this seq, in one statement. */
  told(sql: SqlPort, seq: number, marks: readonly Told[]): void {
    const said = marks.map(({ user_id, ...one }) => [user_id, [one.revision, one.shown]]);
    told.run(sql, { seq, told: JSON.stringify(Object.fromEntries(said)) });
  },
  left: (sql: SqlPort, limit: number): Left[] => left.all(sql, { limit }),
  /** Their inboxes know. Who is back meanwhile is no longer one of them. */
  dropLeft(sql: SqlPort, gone: readonly Left[]): void {
    const seqs = new Map(gone.map(({ user_id, left_seq }) => [user_id, left_seq]));
    dropLeft.run(sql, { left: asJson(seqs) });
  },
};
