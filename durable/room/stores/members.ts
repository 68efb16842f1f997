import type { UserId } from "../../../schema/ids.ts";
import type { Member } from "../../../schema/member.ts";
import type { Role } from "../../../schema/permissions.ts";
import type { SqlPort } from "../../kernel/host.ts";
import { statement } from "../../kernel/sql.ts";

/** Who is in the room now, derived from the log. Who left has no row. */
export const membersTable = `CREATE TABLE members (
  user_id TEXT PRIMARY KEY,
  role TEXT NOT NULL,
  joined_at INTEGER NOT NULL,      -- milliseconds
  joined_seq INTEGER NOT NULL
) WITHOUT ROWID`;

/** Since there are mutes. */
export const memberMutedColumn = "ALTER TABLE members ADD COLUMN muted_until INTEGER";

const columns = "user_id, role, joined_at, joined_seq, muted_until";

const insert = statement<Member>(
  `INSERT INTO members (${columns}) VALUES (:user_id, :role, :joined_at, :joined_seq, :muted_until)`,
);
const byId = statement<{ user_id: string }, Member>(
  `SELECT ${columns} FROM members WHERE user_id = :user_id`,
);
const remove = statement<{ user_id: string }>("DELETE FROM members WHERE user_id = :user_id");
const promote = statement<{ user_id: string; role: Role }>(
  "UPDATE members SET role = :role WHERE user_id = :user_id",
);
const mute = statement<{ user_id: string; muted_until: number | null }>(
  "UPDATE members SET muted_until = :muted_until WHERE user_id = :user_id",
);
const page = statement<{ after: string; limit: number }, Member>(
  `SELECT ${columns} FROM members WHERE user_id > :after ORDER BY user_id LIMIT :limit`,
);
const joinedSeqs = statement<object, { user_id: UserId; joined_seq: number }>(
  "SELECT user_id, joined_seq FROM members",
);
const count = statement<object, { members: number; owners: number }>(
  "SELECT COUNT(*) AS members, COUNT(*) FILTER (WHERE role = 'owner') AS owners FROM members",
);
/** No more are looked at than it takes to say that they are more. */
const more = statement<{ limit: number }, { members: number }>(
  "SELECT COUNT(*) AS members FROM (SELECT 1 FROM members LIMIT :limit)",
);
const first = statement<{ limit: number }, Member>(
  `SELECT ${columns} FROM members ORDER BY joined_seq, user_id LIMIT :limit`,
);
/** Admins before members, then whoever has been here longest; ids decide between people who came together. */
const heir = statement<{ leaver: string }, { user_id: UserId }>(
  `SELECT user_id FROM members WHERE user_id <> :leaver
   ORDER BY CASE role WHEN 'admin' THEN 0 ELSE 1 END, joined_seq, user_id LIMIT 1`,
);

const clear = statement<object>("DELETE FROM members");

export const members = {
  add: (sql: SqlPort, member: Member): void => insert.run(sql, member),
  find: (sql: SqlPort, user_id: UserId): Member | null => byId.one(sql, { user_id }),
  remove: (sql: SqlPort, user_id: UserId): void => remove.run(sql, { user_id }),
  promote: (sql: SqlPort, user_id: UserId, role: Role): void => promote.run(sql, { user_id, role }),
  mute: (sql: SqlPort, user_id: UserId, muted_until: number | null): void =>
    mute.run(sql, { user_id, muted_until }),
  joinedSeqs: (sql: SqlPort): ReadonlyMap<UserId, number> =>
    new Map(joinedSeqs.all(sql, {}).map(({ user_id, joined_seq }) => [user_id, joined_seq])),
  /** In the order of their ids. */
  page: (sql: SqlPort, after: UserId | null, limit: number): Member[] =>
    page.all(sql, { after: after ?? "", limit }),
  count: (sql: SqlPort) => count.one(sql, {}) ?? { members: 0, owners: 0 },
  areMoreThan: (sql: SqlPort, count: number): boolean =>
    (more.one(sql, { limit: count + 1 })?.members ?? 0) > count,
  first: (sql: SqlPort, limit: number): Member[] => first.all(sql, { limit }),
  heir: (sql: SqlPort, leaver: UserId): UserId | null => heir.one(sql, { leaver })?.user_id ?? null,
  /** Before the table is made again from the log. */
  clear: (sql: SqlPort): void => clear.run(sql, {}),
};
