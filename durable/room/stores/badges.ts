import type { OwnCursor } from "../../../schema/cursors.ts";
import type { MessageId, UserId } from "../../../schema/ids.ts";
import type { Call } from "../../../schema/inbox.ts";
import { limits } from "../../../schema/limits.ts";
import type { Role } from "../../../schema/permissions.ts";
import type { SqlPort } from "../../kernel/host.ts";
import { statement } from "../../kernel/sql.ts";
import { UNTOLD } from "./cursors.ts";
import { EVERYONE } from "./mentions.ts";

/**
 * What is unread, worked out from the log's tables and the cursors whenever it is asked for, and never counted up and
 * down. However many members are asked about, it is one statement: first whom it is about, then the newest messages,
 * read once for all of them, and from these the numbers of each.
 */

/**
 * Whom it is about, and from where on each is counted. A member reads on after the cursor, or from where they have
 * marked; what they may not see is not counted. Calls are listed from the last mark on that their inbox has.
 */
const FROM = "MAX(first_seq - 1, MIN(read_seq, IFNULL(unread_seq - 1, read_seq)))";
const asked = (which: string) => `WITH whom AS MATERIALIZED (
     SELECT cursors.user_id, role, joined_seq, CASE WHEN :is_joined_only = 1 THEN joined_seq ELSE 0 END AS first_seq,
       read_seq, unread_seq, revision, marked_seq, IFNULL(version, 0) AS knows, IFNULL(ignores, 0) AS ignores
     FROM cursors JOIN members USING (user_id) LEFT JOIN preferences USING (user_id)
     WHERE ${which} ORDER BY cursors.user_id LIMIT :limit
   ), asked AS MATERIALIZED (
     SELECT *, ${FROM} AS after_seq, MAX(joined_seq, MIN(marked_seq, ${FROM})) AS calls_after FROM whom
   ), recent AS MATERIALIZED (
     SELECT seq, message_id, author, at, in_room FROM (
       SELECT seq, message_id, author, at, in_room, deleted_at FROM messages
       WHERE seq > (SELECT MIN(after_seq) FROM asked) ORDER BY seq DESC LIMIT :window
     ) WHERE deleted_at IS NULL
   ), calls AS MATERIALIZED (
     SELECT seq, message_id, author, at, target FROM recent JOIN mentions USING (seq)
   )`;

/** What oneself says is not news, nor what somebody says whom one ignores. */
const heard = (
  from: string,
) => `${from}.author <> asked.user_id AND (asked.ignores = 0 OR NOT EXISTS (
     SELECT 1 FROM ignored WHERE ignored.user_id = asked.user_id AND ignored.author = ${from}.author))`;
const UNREAD = `recent.seq > asked.after_seq AND in_room = 1 AND ${heard("recent")}`;
const CALLS = `target IN (asked.user_id, asked.role, '${EVERYONE}') AND ${heard("calls")}`;
const IS_VISIBLE =
  "(asked.first_seq = 0 OR (SELECT seq FROM messages WHERE message_id = root) >= asked.first_seq)";
/** A seek for each thread that one follows. */
const HAS_UNREAD = `EXISTS (SELECT 1 FROM messages AS reply
     WHERE reply.parent = root AND reply.seq > MAX(thread_follows.read_seq, asked.first_seq - 1)
       AND reply.deleted_at IS NULL AND ${heard("reply")})`;

const capped = (count: string) => `MIN(:badge_max, (SELECT ${count}))`;
const BADGE = capped(`COUNT(*) FROM recent WHERE ${UNREAD}`);
const MENTIONS = capped(`COUNT(DISTINCT seq) FROM calls WHERE seq > asked.after_seq AND ${CALLS}`);
const THREADS = capped(`COUNT(*) FROM thread_follows
     WHERE thread_follows.user_id = asked.user_id AND follows = 1 AND ${HAS_UNREAD} AND ${IS_VISIBLE}`);
const OWN = `read_seq, unread_seq, ${BADGE} AS badge, ${MENTIONS} AS mentions`;
const CALLED = `(SELECT json_group_array(json_object('message_id', message_id, 'seq', seq, 'at', at, 'author', author))
     FROM (SELECT DISTINCT message_id, seq, at, author FROM mentions JOIN messages AS calls USING (seq)
           WHERE since > asked.calls_after AND seq >= asked.first_seq AND deleted_at IS NULL AND ${CALLS}
           ORDER BY seq DESC LIMIT :calls))`;
/** Whether the newest message calls them. It is looked up for itself: they may have read it long since. */
const NEWEST_CALLS = `EXISTS (SELECT 1 FROM mentions AS calls JOIN messages AS newest USING (seq)
     WHERE seq = :newest_seq AND target IN (asked.user_id, asked.role, '${EVERYONE}') AND ${heard("newest")})`;

interface Bounds {
  window: number;
  badge_max: number;
  limit: number;
  is_joined_only: number;
}
const bounds = (is_joined_only: boolean, limit = 1): Bounds => ({
  window: limits.badge_window,
  badge_max: limits.badge_max,
  limit,
  is_joined_only: Number(is_joined_only),
});

/** A member who looks at the room sees what happens; their other devices still have to lose, or to get, what they show. */
const LOOKERS_SEE_IT = `(cursors.user_id NOT IN (SELECT value FROM json_each(:lookers))
     OR (marked_revision < revision AND (marked_badge > 0 OR unread_seq IS NOT NULL)))`;
const due = (which: string) => `left_seq IS NULL AND (${which}) AND ${LOOKERS_SEE_IT}`;
const dueRows = (which: string) => `${asked(due(which))}
   SELECT user_id, role, first_seq, revision, knows, ${OWN}, ${THREADS} AS threads, ${CALLED} AS called,
     ${NEWEST_CALLS} AS newest_calls FROM asked`;
const isDue = (which: string) => `SELECT 1 AS found FROM cursors WHERE ${due(which)} LIMIT 1`;

type DueBounds = Bounds & { lookers: string; newest_seq: number; calls: number };
type DueRow = Omit<DueMark, "called" | "newest_calls"> & { called: string; newest_calls: 0 | 1 };
const BEHIND = `marked_seq < :head_seq OR ${UNTOLD}`;
const dueOfAll = statement<DueBounds & { head_seq: number }, DueRow>(dueRows(BEHIND));
const dueOfFew = statement<DueBounds, DueRow>(dueRows(UNTOLD));
const anyOfAll = statement<{ lookers: string; head_seq: number }, { found: 1 }>(isDue(BEHIND));
const anyOfFew = statement<{ lookers: string }, { found: 1 }>(isDue(UNTOLD));

const ONE = "cursors.user_id = :user_id AND left_seq IS NULL";
const ofOne = statement<Bounds & { user_id: string }, OwnCursor>(
  `${asked(ONE)} SELECT ${OWN} FROM asked`,
);
const counted = (why: string, from: string) => `SELECT * FROM (
     SELECT DISTINCT seq, message_id, author, '${why}' AS why FROM ${from} ORDER BY seq DESC LIMIT :badge_max)`;
const explain = statement<Bounds & { user_id: string; after: number; entries: number }, Counted>(
  `${asked(ONE)} SELECT seq, message_id, author, why FROM (
     ${counted("message", `asked, recent WHERE ${UNREAD}`)} UNION ALL
     ${counted("mention", `asked, calls WHERE seq > asked.after_seq AND ${CALLS}`)}
   ) WHERE seq > :after ORDER BY seq, why LIMIT :entries`,
);
/** Newest replies first; a thread without any stands where its root was said. */
const followed = statement<Bounds & { user_id: string; before: number; threads: number }, Followed>(
  `${asked(ONE)}, followed AS (
     SELECT root, thread_follows.read_seq, IFNULL(
       (SELECT MAX(seq) FROM messages WHERE parent = root AND deleted_at IS NULL),
       (SELECT seq FROM messages WHERE message_id = root)) AS last_seq
     FROM asked JOIN thread_follows USING (user_id) WHERE follows = 1 AND ${IS_VISIBLE}
   ), page AS MATERIALIZED (
     SELECT * FROM followed WHERE last_seq < :before ORDER BY last_seq DESC LIMIT :threads
   )
   SELECT root, page.read_seq, last_seq, MIN(:badge_max, (
     SELECT COUNT(*) FROM messages AS reply
     WHERE reply.parent = root AND reply.seq > MAX(page.read_seq, asked.first_seq - 1)
       AND reply.deleted_at IS NULL AND ${heard("reply")})) AS unread
   FROM page, asked ORDER BY last_seq DESC`,
);

/** What a mark says that is a member's own. */
export interface DueMark extends OwnCursor {
  user_id: UserId;
  role: Role;
  /** What they may see begins here; 0 where it is everything. */
  first_seq: number;
  revision: number;
  threads: number;
  called: Call[];
  newest_calls: boolean;
  /** The version of their preferences that the room knows. */
  knows: number;
}
export interface Counted {
  seq: number;
  message_id: MessageId;
  author: UserId;
  why: "message" | "mention";
}
export interface Followed {
  root: MessageId;
  read_seq: number;
  last_seq: number;
  unread: number;
}

/** Who is asked about: everybody who is behind, or in a large room those only whose own has changed. */
export interface Whom {
  head_seq: number;
  is_large: boolean;
  lookers: ReadonlySet<UserId>;
}

/** Oldest first; the newest are taken, however the engine chose to list them. */
const callsIn = (called: string): Call[] =>
  (JSON.parse(called) as Call[]).toSorted((one, other) => one.seq - other.seq);

export const badges = {
  /** Those who are to be told, and what: one statement, and the messages are read once. */
  due(
    sql: SqlPort,
    { head_seq, is_large, lookers }: Whom,
    of: { limit: number; is_joined_only: boolean; newest_seq: number },
  ): DueMark[] {
    const given = {
      ...bounds(of.is_joined_only, of.limit),
      lookers: JSON.stringify([...lookers]),
      newest_seq: of.newest_seq,
      calls: limits.calls_per_mark,
    };
    const rows = is_large ? dueOfFew.all(sql, given) : dueOfAll.all(sql, { ...given, head_seq });
    return rows.map((row) => ({
      ...row,
      called: callsIn(row.called),
      newest_calls: row.newest_calls === 1,
    }));
  },
  isAnyoneDue(sql: SqlPort, { head_seq, is_large, lookers }: Whom): boolean {
    const given = { lookers: JSON.stringify([...lookers]) };
    const found = is_large ? anyOfFew.one(sql, given) : anyOfAll.one(sql, { ...given, head_seq });
    return found !== null;
  },
  of(sql: SqlPort, user_id: UserId, is_joined_only: boolean): OwnCursor | null {
    const row = ofOne.one(sql, { user_id, ...bounds(is_joined_only) });
    return row && { ...row };
  },
  explain: (
    sql: SqlPort,
    user_id: UserId,
    of: { is_joined_only: boolean; after: number; entries: number },
  ): Counted[] => {
    const { is_joined_only, ...page } = of;
    return explain.all(sql, { user_id, ...page, ...bounds(is_joined_only) });
  },
  followed: (
    sql: SqlPort,
    user_id: UserId,
    of: { is_joined_only: boolean; before: number; threads: number },
  ): Followed[] => {
    const { is_joined_only, ...page } = of;
    return followed.all(sql, { user_id, ...page, ...bounds(is_joined_only) });
  },
};
