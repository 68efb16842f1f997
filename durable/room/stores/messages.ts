import type { MessageId, UserId } from "../../../schema/ids.ts";
import type { Preview } from "../../../schema/inbox.ts";
import { limits } from "../../../schema/limits.ts";
import type { Message } from "../../../schema/message.ts";
import type { SqlPort } from "../../kernel/host.ts";
import { statement } from "../../kernel/sql.ts";

/** Messages as they read now, derived from the log. */
export const messagesTable = `CREATE TABLE messages (
  seq INTEGER PRIMARY KEY,         -- of the event that sent it
  message_id TEXT NOT NULL UNIQUE,
  author TEXT NOT NULL,
  text TEXT,                       -- NULL once deleted
  at INTEGER NOT NULL,             -- milliseconds
  edited_at INTEGER,
  deleted_at INTEGER
)`;

const columns = "seq, message_id, author, text, at, edited_at, deleted_at";

interface NewMessage {
  seq: number;
  message_id: MessageId;
  author: UserId;
  text: string | null;
  at: number;
}

const insert = statement<NewMessage>(
  `INSERT INTO messages (${columns}) VALUES (:seq, :message_id, :author, :text, :at, NULL, NULL)`,
);
const byId = statement<{ message_id: string }, Message>(
  `SELECT ${columns} FROM messages WHERE message_id = :message_id`,
);
const edit = statement<{ message_id: string; text: string; at: number }>(
  "UPDATE messages SET text = :text, edited_at = :at WHERE message_id = :message_id",
);
const remove = statement<{ message_id: string; at: number }>(
  "UPDATE messages SET text = NULL, edited_at = NULL, deleted_at = :at WHERE message_id = :message_id",
);
/** The oldest seq of a page, decided by lengths before any text is read. Four bytes is the most that a character has. */
const reach = statement<
  { before: number; limit: number; max_bytes: number },
  { from: number | null }
>(
  `SELECT MIN(seq) AS "from" FROM (
     SELECT seq, SUM(IFNULL(LENGTH(text), 0) * 4) OVER (ORDER BY seq DESC) AS total
     FROM (SELECT seq, text FROM messages WHERE seq < :before ORDER BY seq DESC LIMIT :limit)
   ) WHERE total <= :max_bytes`,
);
const between = statement<{ from: number; before: number }, Message>(
  `SELECT ${columns} FROM messages WHERE seq >= :from AND seq < :before ORDER BY seq`,
);
const newest = statement<{ before: number }, { from: number | null }>(
  `SELECT MAX(seq) AS "from" FROM messages WHERE seq < :before`,
);
const preview = statement<{ characters: number }, Preview>(
  `SELECT seq, at, author, SUBSTR(text, 1, :characters) AS text,
     CASE WHEN deleted_at IS NOT NULL THEN 'message.deleted' WHEN edited_at IS NOT NULL THEN 'message.edited'
     ELSE 'message.sent' END AS type
   FROM messages ORDER BY seq DESC LIMIT 1`,
);
const isBefore = statement<{ from: number }, { seq: number }>(
  "SELECT seq FROM messages WHERE seq < :from LIMIT 1",
);

const clear = statement<object>("DELETE FROM messages");

export const messages = {
  add: (sql: SqlPort, message: NewMessage): void => insert.run(sql, message),
  find: (sql: SqlPort, message_id: MessageId): Message | null => byId.one(sql, { message_id }),
  edit: (sql: SqlPort, message_id: MessageId, text: string, at: number): void =>
    edit.run(sql, { message_id, text, at }),
  remove: (sql: SqlPort, message_id: MessageId, at: number): void =>
    remove.run(sql, { message_id, at }),
  /**
   * A page that ends before the given seq, or at the newest message, oldest first. It has fewer messages than asked
   * where their texts are long; what is read from storage is bounded in the same way.
   */
  page(
    sql: SqlPort,
    page: { before: number | null; limit: number },
  ): { messages: Message[]; more: boolean } {
    const before = page.before ?? Number.MAX_SAFE_INTEGER;
    const asked = { before, limit: page.limit, max_bytes: limits.page_bytes };
    const from = reach.one(sql, asked)?.from ?? newest.one(sql, { before })?.from ?? before;
    return {
      messages: between.all(sql, { from, before }),
      more: isBefore.one(sql, { from }) !== null,
    };
  },
  /** The newest message as it is now: what became of it, and how it begins. */
  preview: (sql: SqlPort): Preview | null =>
    preview.one(sql, { characters: limits.preview_characters }),
  /** Before the table is made again from the log. */
  clear: (sql: SqlPort): void => clear.run(sql, {}),
};
