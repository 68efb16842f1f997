import type { MessageId, UserId } from "../../../schema/ids.ts";
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
const before = statement<{ before: number; limit: number }, Message>(
  `SELECT ${columns} FROM messages WHERE seq < :before ORDER BY seq DESC LIMIT :limit`,
);

const clear = statement<object>("DELETE FROM messages");

export const messages = {
  add: (sql: SqlPort, message: NewMessage): void => insert.run(sql, message),
  find: (sql: SqlPort, message_id: MessageId): Message | null => byId.one(sql, { message_id }),
  edit: (sql: SqlPort, message_id: MessageId, text: string, at: number): void =>
    edit.run(sql, { message_id, text, at }),
  remove: (sql: SqlPort, message_id: MessageId, at: number): void =>
    remove.run(sql, { message_id, at }),
  /** A page that ends before the given seq, or at the newest message, oldest first. */
  page: (sql: SqlPort, page: { before: number | null; limit: number }): Message[] =>
    before
      .all(sql, { before: page.before ?? Number.MAX_SAFE_INTEGER, limit: page.limit })
      .toReversed(),
  /** Before the table is made again from the log. */
  clear: (sql: SqlPort): void => clear.run(sql, {}),
};
