import type { UserId } from "../../../schema/ids.ts";
import { limits } from "../../../schema/limits.ts";
import type { SqlPort } from "../../kernel/host.ts";
import { statement } from "../../kernel/sql.ts";

/**
 * Who chose which emoji on which message, derived from the log. `seq` is that of the event, and keeps the order of people;
 * `since` that of the event by which the emoji came onto the message, and keeps the order of emoji: one does not move when
 * whoever chose it first takes that back, so that who follows the log knows where it stands.
 */
export const reactionsTable = `CREATE TABLE reactions (
  message_seq INTEGER NOT NULL,
  emoji TEXT NOT NULL,
  user_id TEXT NOT NULL,
  seq INTEGER NOT NULL,
  since INTEGER NOT NULL,
  PRIMARY KEY (message_seq, emoji, user_id)
) WITHOUT ROWID`;

interface ReactionRow {
  message_seq: number;
  emoji: string;
  user_id: UserId;
  seq: number;
}
type Key = Omit<ReactionRow, "seq">;

const insert = statement<ReactionRow>(
  `INSERT OR IGNORE INTO reactions (message_seq, emoji, user_id, seq, since) VALUES (:message_seq, :emoji, :user_id, :seq,
     IFNULL((SELECT since FROM reactions WHERE message_seq = :message_seq AND emoji = :emoji LIMIT 1), :seq))`,
);
const remove = statement<Key>(
  "DELETE FROM reactions WHERE message_seq = :message_seq AND emoji = :emoji AND user_id = :user_id",
);
const removeAll = statement<{ message_seq: number }>(
  "DELETE FROM reactions WHERE message_seq = :message_seq",
);
const byKey = statement<Key, { seq: number }>(
  "SELECT seq FROM reactions WHERE message_seq = :message_seq AND emoji = :emoji AND user_id = :user_id",
);
const different = statement<{ message_seq: number; emoji: string }, { others: number }>(
  "SELECT COUNT(DISTINCT emoji) AS others FROM reactions WHERE message_seq = :message_seq AND emoji <> :emoji",
);
/** All of a page's messages in one statement: each emoji once, with how many chose it and the first of them. */
const summed = statement<
  { seqs: string; user_id: string; users: number },
  { message_seq: number; emoji: string; count: number; users: string; mine: number }
>(
  `SELECT message_seq, emoji, COUNT(*) AS count, MAX(user_id = :user_id) AS mine,
     json_group_array(user_id ORDER BY seq) FILTER (WHERE place <= :users) AS users
   FROM (
     SELECT message_seq, emoji, user_id, seq, since,
       ROW_NUMBER() OVER (PARTITION BY message_seq, emoji ORDER BY seq) AS place
     FROM reactions WHERE message_seq IN (SELECT value FROM json_each(:seqs))
   ) GROUP BY message_seq, emoji ORDER BY message_seq, MIN(since)`,
);
const who = statement<
  { message_seq: number; emoji: string; after: number; limit: number },
  { user_id: UserId; seq: number }
>(
  `SELECT user_id, seq FROM reactions WHERE message_seq = :message_seq AND emoji = :emoji AND seq > :after
   ORDER BY seq LIMIT :limit`,
);
const clear = statement<object>("DELETE FROM reactions");

export const reactions = {
  add: (sql: SqlPort, row: ReactionRow): void => insert.run(sql, row),
  remove: (sql: SqlPort, key: Key): void => remove.run(sql, key),
  removeAll: (sql: SqlPort, message_seq: number): void => removeAll.run(sql, { message_seq }),
  has: (sql: SqlPort, key: Key): boolean => byKey.one(sql, key) !== null,
  /** How many other emoji there are on a message. */
  others: (sql: SqlPort, message_seq: number, emoji: string): number =>
    different.one(sql, { message_seq, emoji })?.others ?? 0,
  summed: (sql: SqlPort, seqs: readonly number[], user_id: UserId) =>
    summed.all(sql, { seqs: JSON.stringify(seqs), user_id, users: limits.reaction_users }),
  who: (
    sql: SqlPort,
    asked: { message_seq: number; emoji: string; after: number; limit: number },
  ) => who.all(sql, asked),
  /** Before the table is made again from the log. */
  clear: (sql: SqlPort): void => clear.run(sql, {}),
};
