import type { UserId } from "../../../schema/ids.ts";
import { limits } from "../../../schema/limits.ts";
import type { Role } from "../../../schema/permissions.ts";
import type { SqlPort } from "../../kernel/host.ts";
import { statement } from "../../kernel/sql.ts";

/**
 * How far each member has read, and what their inbox was last told. It is not in the log and not derived from it: what
 * a member reads concerns nobody else. Who left keeps a row until their inbox knows.
 *
 * Who is to be told follows from the row alone, so nothing has to be written for each member when something happens.
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

/** In a large room only these rows are looked at. The condition stands in the queries to the letter. */
const UNTOLD = "marked_seq = 0 OR marked_read_seq < read_seq";
export const untoldIndex = `CREATE INDEX cursors_untold ON cursors (user_id) WHERE ${UNTOLD}`;
export const leftIndex =
  "CREATE INDEX cursors_left ON cursors (user_id) WHERE left_seq IS NOT NULL";

/** User to seq, as JSON: one statement for however many. */
type Seqs = ReadonlyMap<UserId, number>;
const asJson = (seqs: Seqs): string => JSON.stringify(Object.fromEntries(seqs));

const join = statement<{ joined: string }>(
  `INSERT INTO cursors (user_id, read_seq, marked_seq, marked_read_seq, marked_badge, left_seq)
   SELECT key, value, 0, 0, 0, NULL FROM json_each(:joined) WHERE true
   ON CONFLICT (user_id) DO UPDATE SET read_seq = excluded.read_seq, marked_seq = 0, marked_read_seq = 0,
     marked_badge = 0, left_seq = NULL`,
);
const leave = statement<{ left: string }>(
  "UPDATE cursors SET left_seq = gone.value FROM json_each(:left) AS gone WHERE user_id = gone.key",
);
const advance = statement<{ moves: string }, Moved>(
  `UPDATE cursors SET read_seq = moved.value FROM json_each(:moves) AS moved
   WHERE user_id = moved.key AND read_seq < moved.value AND left_seq IS NULL RETURNING user_id, marked_badge`,
);
const remove = statement<{ user_id: string }>("DELETE FROM cursors WHERE user_id = :user_id");

/**
 * The newest messages that still say something, read once for everyone. A message after somebody's cursor is always
 * another's, since sending moves one's own; the comparison stays for rooms that are older than cursors.
 */
const RECENT = `WITH recent AS MATERIALIZED (
     SELECT seq, author FROM (SELECT seq, author, deleted_at FROM messages ORDER BY seq DESC LIMIT :window)
     WHERE deleted_at IS NULL LIMIT :badge_max
   )`;
const BADGE = "(SELECT COUNT(*) FROM recent WHERE seq > read_seq AND author <> cursors.user_id)";
const bounds = { window: limits.badge_window, badge_max: limits.badge_max };

/** A member who looks at the room sees what happens; their other devices still have to lose a badge. */
const lookersHaveSeenIt = `(cursors.user_id NOT IN (SELECT value FROM json_each(:lookers))
     OR (marked_badge > 0 AND marked_read_seq < read_seq))`;
const due = (which: string) => `left_seq IS NULL AND (${which}) AND ${lookersHaveSeenIt}`;
const dueRows = (which: string) => `${RECENT}
   SELECT cursors.user_id, role, read_seq, ${BADGE} AS badge FROM cursors JOIN members USING (user_id)
   WHERE ${due(which)} ORDER BY cursors.user_id LIMIT :limit`;
const isDue = (which: string) => `SELECT 1 AS found FROM cursors WHERE ${due(which)} LIMIT 1`;

type DueBounds = { lookers: string; limit: number; window: number; badge_max: number };
const BEHIND = `marked_seq < :head_seq OR ${UNTOLD}`;
const dueOfAll = statement<DueBounds & { head_seq: number }, DueMark>(dueRows(BEHIND));
const dueOfFew = statement<DueBounds, DueMark>(dueRows(UNTOLD));
const anyOfAll = statement<{ lookers: string; head_seq: number }, { found: 1 }>(isDue(BEHIND));
const anyOfFew = statement<{ lookers: string }, { found: 1 }>(isDue(UNTOLD));
const ofOne = statement<{ user_id: string; window: number; badge_max: number }, Cursor>(
  `${RECENT} SELECT read_seq, ${BADGE} AS badge FROM cursors WHERE user_id = :user_id AND left_seq IS NULL`,
);

/** Who joined again meanwhile starts at zero; nothing that was told before counts for them. */
const told = statement<{ seq: number; told: string }>(
  `UPDATE cursors SET marked_seq = :seq, marked_read_seq = said.value ->> 0, marked_badge = said.value ->> 1
   FROM json_each(:told) AS said
   WHERE user_id = said.key AND left_seq IS NULL AND marked_seq <= :seq AND marked_read_seq <= said.value ->> 0`,
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
  /** What their inbox shows for this room until it is told anew. */
  marked_badge: number;
}
export interface Cursor {
  read_seq: number;
  badge: number;
}
export interface DueMark extends Cursor {
  user_id: UserId;
  role: Role;
}
export interface Left {
  user_id: UserId;
  left_seq: number;
}
/** Who is asked about: everybody who is behind, or in a large room those only who joined or have read. */
export interface Whom {
  head_seq: number;
  is_large: boolean;
  lookers: ReadonlySet<UserId>;
}

export const cursors = {
  /** What was said before they came is not unread. */
  join: (sql: SqlPort, joined: Seqs): void => join.run(sql, { joined: asJson(joined) }),
  leave: (sql: SqlPort, gone: Seqs): void => leave.run(sql, { left: asJson(gone) }),
  /** Those that moved. */
  advance: (sql: SqlPort, moves: Seqs): Moved[] => advance.all(sql, { moves: asJson(moves) }),
  of: (sql: SqlPort, user_id: UserId): Cursor | null => ofOne.one(sql, { user_id, ...bounds }),
  remove: (sql: SqlPort, user_id: UserId): void => remove.run(sql, { user_id }),
  due(sql: SqlPort, { head_seq, is_large, lookers }: Whom, limit: number): DueMark[] {
    const asked = { lookers: JSON.stringify([...lookers]), limit, ...bounds };
    return is_large ? dueOfFew.all(sql, asked) : dueOfAll.all(sql, { ...asked, head_seq });
  },
  isAnyoneDue(sql: SqlPort, { head_seq, is_large, lookers }: Whom): boolean {
    const asked = { lookers: JSON.stringify([...lookers]) };
    const found = is_large ? anyOfFew.one(sql, asked) : anyOfAll.one(sql, { ...asked, head_seq });
    return found !== null || left.one(sql, { limit: 1 }) !== null;
  },
  /** All who were told of the log up to this seq, in one statement. */
  told(sql: SqlPort, seq: number, marks: readonly DueMark[]): void {
    const said = marks.map(({ user_id, read_seq, badge }) => [user_id, [read_seq, badge]]);
    told.run(sql, { seq, told: JSON.stringify(Object.fromEntries(said)) });
  },
  left: (sql: SqlPort, limit: number): Left[] => left.all(sql, { limit }),
  /** Their inboxes know. Who is back meanwhile is no longer one of them. */
  dropLeft(sql: SqlPort, gone: readonly Left[]): void {
    const seqs = new Map(gone.map(({ user_id, left_seq }) => [user_id, left_seq]));
    dropLeft.run(sql, { left: asJson(seqs) });
  },
};
