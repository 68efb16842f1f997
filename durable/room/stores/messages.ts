import type { MessageId, UserId } from "../../../schema/ids.ts";
import type { Preview } from "../../../schema/inbox.ts";
import { limits } from "../../../schema/limits.ts";
import type { Message } from "../../../schema/message.ts";
import { beginningOf } from "../../../schema/text/references.ts";
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

/** Since there are threads, and deletions by others than the author. `more` is JSON, NULL for an ordinary message. */
export const messageColumns = [
  "ALTER TABLE messages ADD COLUMN parent TEXT",
  "ALTER TABLE messages ADD COLUMN in_room INTEGER NOT NULL DEFAULT 1", // 0 or 1
  "ALTER TABLE messages ADD COLUMN deleted_by TEXT",
  "ALTER TABLE messages ADD COLUMN more TEXT",
];
export const threadsIndex =
  "CREATE INDEX messages_in_threads ON messages (parent, seq) WHERE parent IS NOT NULL";

/** A message by itself: without what others have done to it. */
export type StoredMessage = Omit<Message, "pinned_at" | "thread" | "reactions">;
/** Besides the words. */
export type More = Pick<Message, "quote" | "forwarded" | "silent" | "large" | "mentions">;

interface Row extends Omit<StoredMessage, keyof More | "in_room"> {
  in_room: number;
  more: string | null;
}

const columns =
  "seq, message_id, author, text, at, edited_at, deleted_at, deleted_by, parent, in_room, more";

export const plain: More = {
  quote: null,
  forwarded: null,
  silent: false,
  large: null,
  mentions: null,
};

function messageOf({ more, in_room, ...row }: Row): StoredMessage {
  const said = more === null ? null : (JSON.parse(more) as Partial<More>);
  return { ...row, in_room: in_room === 1, ...plain, ...said };
}

/** What is there to say beyond an ordinary message, or nothing. */
function moreOf(said: More): string | null {
  const kept = Object.entries(said).filter(([, value]) => value !== null && value !== false);
  return kept.length > 0 ? JSON.stringify(Object.fromEntries(kept)) : null;
}

export interface NewMessage extends More {
  seq: number;
  message_id: MessageId;
  author: UserId;
  text: string | null;
  at: number;
  parent: MessageId | null;
  in_room: boolean;
}
/** What an edit or a restoration makes of a message. */
export interface Reads extends More {
  message_id: MessageId;
  text: string;
  edited_at: number | null;
}

/** A deletion says where the message stood: in a rebuild, what it said about that is erased. */
export interface Gone {
  message_id: MessageId;
  at: number;
  by: UserId;
  parent: MessageId | null;
  in_room: boolean;
}

const insert = statement<Omit<Row, "edited_at" | "deleted_at" | "deleted_by">>(
  `INSERT INTO messages (${columns}) VALUES (:seq, :message_id, :author, :text, :at, NULL, NULL, NULL, :parent,
     :in_room, :more)`,
);
const byId = statement<{ message_id: string }, Row>(
  `SELECT ${columns} FROM messages WHERE message_id = :message_id`,
);
const byIds = statement<{ message_ids: string }, Row>(
  `SELECT ${columns} FROM messages WHERE message_id IN (SELECT value FROM json_each(:message_ids)) ORDER BY seq`,
);
const reads = statement<{
  message_id: string;
  text: string;
  edited_at: number | null;
  more: string | null;
}>(
  `UPDATE messages SET text = :text, edited_at = :edited_at, deleted_at = NULL, deleted_by = NULL, more = :more
   WHERE message_id = :message_id`,
);
const remove = statement<Omit<Gone, "in_room"> & { in_room: number }>(
  `UPDATE messages SET text = NULL, edited_at = NULL, deleted_at = :at, deleted_by = :by, more = NULL,
     parent = :parent, in_room = :in_room WHERE message_id = :message_id`,
);
/** The oldest seq of a page, decided by lengths before any text is read. Four bytes is the most that a character has. */
const reach = statement<
  { first: number; before: number; limit: number; max_bytes: number },
  { from: number | null }
>(
  `SELECT MIN(seq) AS "from" FROM (
     SELECT seq, SUM(IFNULL(LENGTH(text), 0) * 4) OVER (ORDER BY seq DESC) AS total
     FROM (SELECT seq, text FROM messages WHERE seq >= :first AND seq < :before AND in_room = 1
           ORDER BY seq DESC LIMIT :limit)
   ) WHERE total <= :max_bytes`,
);
const between = statement<{ from: number; before: number }, Row>(
  `SELECT ${columns} FROM messages WHERE seq >= :from AND seq < :before AND in_room = 1 ORDER BY seq`,
);
const newest = statement<{ first: number; before: number }, { from: number | null }>(
  `SELECT MAX(seq) AS "from" FROM messages WHERE seq >= :first AND seq < :before AND in_room = 1`,
);
/** Enough to see where a reference ends that the preview would cut. */
const PREVIEW_SOURCE = limits.preview_characters * 2;
const preview = statement<{ characters: number }, Preview>(
  `SELECT seq, at, author, SUBSTR(text, 1, :characters) AS text,
     CASE WHEN deleted_at IS NOT NULL THEN 'message.deleted' WHEN edited_at IS NOT NULL THEN 'message.edited'
     ELSE 'message.sent' END AS type
   FROM messages WHERE in_room = 1 ORDER BY seq DESC LIMIT 1`,
);
const isBefore = statement<{ first: number; from: number }, { seq: number }>(
  "SELECT seq FROM messages WHERE seq >= :first AND seq < :from AND in_room = 1 LIMIT 1",
);
/** What is in a thread, oldest first; its bytes are counted as a page's are. */
const replies = statement<{ parent: string; after: number; limit: number; max_bytes: number }, Row>(
  `SELECT ${columns} FROM (
     SELECT ${columns}, SUM(IFNULL(LENGTH(text), 0) * 4) OVER (ORDER BY seq) AS total,
       ROW_NUMBER() OVER (ORDER BY seq) AS place
     FROM (SELECT ${columns} FROM messages WHERE parent = :parent AND seq > :after ORDER BY seq LIMIT :limit)
   ) WHERE total <= :max_bytes OR place = 1 ORDER BY seq`,
);
const threads = statement<{ parents: string }, ThreadRow>(
  `SELECT parent, COUNT(*) AS replies, MAX(at) AS last_reply_at, MAX(seq) AS last_reply_seq
   FROM messages WHERE parent IN (SELECT value FROM json_each(:parents)) AND deleted_at IS NULL GROUP BY parent`,
);
const participants = statement<
  { parents: string; limit: number },
  { parent: MessageId; author: UserId }
>(
  `SELECT parent, author FROM (
     SELECT parent, author, MAX(seq) AS last, ROW_NUMBER() OVER (PARTITION BY parent ORDER BY MAX(seq) DESC) AS place
     FROM messages WHERE parent IN (SELECT value FROM json_each(:parents)) AND deleted_at IS NULL
     GROUP BY parent, author
   ) WHERE place <= :limit ORDER BY parent, last DESC`,
);

export interface ThreadRow {
  parent: MessageId;
  replies: number;
  last_reply_at: number;
  last_reply_seq: number;
}

const clear = statement<object>("DELETE FROM messages");

export const messages = {
  add(sql: SqlPort, message: NewMessage): void {
    const { quote, forwarded, silent, large, mentions, ...row } = message;
    const more = moreOf({ quote, forwarded, silent, large, mentions });
    insert.run(sql, { ...row, in_room: Number(row.in_room), more });
  },
  find(sql: SqlPort, message_id: MessageId): StoredMessage | null {
    const row = byId.one(sql, { message_id });
    return row && messageOf(row);
  },
  byIds: (sql: SqlPort, message_ids: readonly MessageId[]): StoredMessage[] =>
    byIds.all(sql, { message_ids: JSON.stringify(message_ids) }).map(messageOf),
  /** How a message reads from now on. */
  reads(sql: SqlPort, { message_id, text, edited_at, ...more }: Reads): void {
    reads.run(sql, { message_id, text, edited_at, more: moreOf(more) });
  },
  remove: (sql: SqlPort, gone: Gone): void =>
    remove.run(sql, { ...gone, in_room: Number(gone.in_room) }),
  /**
   * A page that ends before the given seq, or at the newest message, oldest first, and shows nothing from before `first`.
   * It has fewer messages than asked where their texts are long; what is read from storage is bounded in the same way.
   */
  page(
    sql: SqlPort,
    page: { first: number; before: number | null; limit: number },
  ): { messages: StoredMessage[]; more: boolean } {
    const { first } = page;
    const before = page.before ?? Number.MAX_SAFE_INTEGER;
    const asked = { first, before, limit: page.limit, max_bytes: limits.page_bytes };
    const from = reach.one(sql, asked)?.from ?? newest.one(sql, { first, before })?.from ?? before;
    return {
      messages: between.all(sql, { from, before }).map(messageOf),
      more: isBefore.one(sql, { first, from }) !== null,
    };
  },
  replies: (
    sql: SqlPort,
    asked: { parent: MessageId; after: number; limit: number },
  ): StoredMessage[] => replies.all(sql, { ...asked, max_bytes: limits.page_bytes }).map(messageOf),
  /** How the threads of these messages look; one statement for all of them. */
  threads: (sql: SqlPort, parents: readonly MessageId[]): ThreadRow[] =>
    threads.all(sql, { parents: JSON.stringify(parents) }),
  participants: (sql: SqlPort, parents: readonly MessageId[]) =>
    participants.all(sql, {
      parents: JSON.stringify(parents),
      limit: limits.thread_participants,
    }),
  /** The newest message as it is now: what became of it, and how it begins. */
  preview(sql: SqlPort): Preview | null {
    const newest = preview.one(sql, { characters: PREVIEW_SOURCE });
    if (!newest || newest.text === null) return newest;
    return { ...newest, text: beginningOf(newest.text, limits.preview_characters) };
  },
  /** Before the table is made again from the log. */
  clear: (sql: SqlPort): void => clear.run(sql, {}),
};
