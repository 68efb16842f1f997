import type { MessageId, UserId } from "../../../schema/ids.ts";
import type { SqlPort } from "../../kernel/host.ts";
import { statement } from "../../kernel/sql.ts";

/** Messages that were put where everyone finds them, derived from the log. */
export const pinsTable = `CREATE TABLE pins (
  message_id TEXT PRIMARY KEY,
  pinned_by TEXT NOT NULL,
  pinned_at INTEGER NOT NULL,      -- milliseconds
  seq INTEGER NOT NULL             -- of the event
) WITHOUT ROWID`;

interface PinRow {
  message_id: MessageId;
  pinned_by: UserId;
  pinned_at: number;
  seq: number;
}

const insert = statement<PinRow>(
  "INSERT OR REPLACE INTO pins (message_id, pinned_by, pinned_at, seq) VALUES (:message_id, :pinned_by, :pinned_at, :seq)",
);
const remove = statement<{ message_id: string }>("DELETE FROM pins WHERE message_id = :message_id");
const byId = statement<{ message_id: string }, { seq: number }>(
  "SELECT seq FROM pins WHERE message_id = :message_id",
);
const count = statement<object, { pins: number }>("SELECT COUNT(*) AS pins FROM pins");
const newestFirst = statement<object, { message_id: MessageId }>(
  "SELECT message_id FROM pins ORDER BY seq DESC",
);
const among = statement<{ message_ids: string }, { message_id: MessageId; pinned_at: number }>(
  "SELECT message_id, pinned_at FROM pins WHERE message_id IN (SELECT value FROM json_each(:message_ids))",
);
const clear = statement<object>("DELETE FROM pins");

export const pins = {
  add: (sql: SqlPort, row: PinRow): void => insert.run(sql, row),
  remove: (sql: SqlPort, message_id: MessageId): void => remove.run(sql, { message_id }),
  has: (sql: SqlPort, message_id: MessageId): boolean => byId.one(sql, { message_id }) !== null,
  count: (sql: SqlPort): number => count.one(sql, {})?.pins ?? 0,
  /** Which of these are pinned, and since when. */
  among: (sql: SqlPort, message_ids: readonly MessageId[]): Map<MessageId, number> =>
    new Map(
      among
        .all(sql, { message_ids: JSON.stringify(message_ids) })
        .map((row) => [row.message_id, row.pinned_at]),
    ),
  ids: (sql: SqlPort): MessageId[] => newestFirst.all(sql, {}).map((row) => row.message_id),
  /** Before the table is made again from the log. */
  clear: (sql: SqlPort): void => clear.run(sql, {}),
};
