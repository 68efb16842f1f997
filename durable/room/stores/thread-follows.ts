import type { MessageId, UserId } from "../../../schema/ids.ts";
import type { SqlPort } from "../../kernel/host.ts";
import { statement } from "../../kernel/sql.ts";

/**
 * Which threads a member follows, and how far they have read them. Like cursors it is the member's own, and neither in
 * the log nor derived from it. Who has unfollowed a thread keeps the row, so that nothing makes them follow it again.
 */
export const threadFollowsTable = `CREATE TABLE thread_follows (
  user_id TEXT NOT NULL,
  root TEXT NOT NULL,              -- the message with which the thread begins
  follows INTEGER NOT NULL,        -- 0 or 1
  read_seq INTEGER NOT NULL,       -- only grows
  PRIMARY KEY (user_id, root)
) WITHOUT ROWID`;

/**
 * A reply makes its author follow the thread, who has then read it if they said it just now, and whoever began the thread or is called in it by
 * name, to whom this reply is new. Only members follow anything, and nothing from before they came.
 */
const begin = statement<{
  root: string;
  seq: number;
  actor: string;
  reader: string;
  called: string;
}>(
  `INSERT INTO thread_follows (user_id, root, follows, read_seq)
   SELECT user_id, :root, 1, CASE WHEN user_id = :reader THEN :seq ELSE :seq - 1 END FROM members
   WHERE joined_seq < :seq AND (user_id = :actor
     OR user_id = (SELECT author FROM messages WHERE message_id = :root)
     OR user_id IN (SELECT value FROM json_each(:called)))
   ON CONFLICT (user_id, root) DO UPDATE SET read_seq = MAX(read_seq, excluded.read_seq) WHERE user_id = :reader`,
);
const follow = statement<
  { user_id: string; root: string; follows: number; read_seq: number },
  { root: MessageId }
>(
  `INSERT INTO thread_follows (user_id, root, follows, read_seq) VALUES (:user_id, :root, :follows, :read_seq)
   ON CONFLICT (user_id, root) DO UPDATE SET follows = excluded.follows, read_seq = MAX(read_seq, excluded.read_seq)
   WHERE follows <> excluded.follows RETURNING root`,
);
const read = statement<{ user_id: string; root: string; seq: number }, { root: MessageId }>(
  `UPDATE thread_follows SET read_seq = :seq
   WHERE user_id = :user_id AND root = :root AND read_seq < :seq RETURNING root`,
);
const removeOf = statement<{ users: string }>(
  "DELETE FROM thread_follows WHERE user_id IN (SELECT value FROM json_each(:users))",
);

/** A reply, and whom it calls by name. */
export interface Replied {
  readonly root: MessageId;
  readonly seq: number;
  readonly actor: UserId;
  readonly called: readonly UserId[];
  /** Whether it was written before it was sent, so that its author has not read the thread with it. */
  readonly later: boolean;
}

export const threadFollows = {
  begin: (sql: SqlPort, { called, later, ...reply }: Replied): void =>
    begin.run(sql, {
      ...reply,
      reader: later ? "" : reply.actor,
      called: JSON.stringify(called),
    }),
  /** Says whether that changes anything. Whoever begins to follow has read what is there. */
  follow: (
    sql: SqlPort,
    { follows, ...of }: { user_id: UserId; root: MessageId; follows: boolean; read_seq: number },
  ): boolean => follow.one(sql, { ...of, follows: Number(follows) }) !== null,
  /** How far a follower has read. It only grows. */
  read: (sql: SqlPort, of: { user_id: UserId; root: MessageId; seq: number }): boolean =>
    read.one(sql, of) !== null,
  removeOf: (sql: SqlPort, users: readonly UserId[]): void =>
    removeOf.run(sql, { users: JSON.stringify(users) }),
};
