import type { EventBody } from "../../../schema/events.ts";
import type { MessageId } from "../../../schema/ids.ts";
import type { SqlPort } from "../../kernel/host.ts";
import { statement } from "../../kernel/sql.ts";

/**
 * What deleted messages said, for as long as that can be taken back. Nobody reads it: not members, not the archive, no
 * rebuild. It is not derived from the log, which has forgotten it already.
 */
export const withheldTable = `CREATE TABLE withheld (
  message_id TEXT PRIMARY KEY,
  said TEXT NOT NULL,              -- JSON
  has_files INTEGER NOT NULL,      -- 0 or 1
  until INTEGER NOT NULL           -- milliseconds
) WITHOUT ROWID`;

export type Said = EventBody<"message.restored">;
interface Row {
  message_id: MessageId;
  said: string;
  has_files: number;
  until: number;
}

const put = statement<Row>(
  `INSERT OR REPLACE INTO withheld (message_id, said, has_files, until)
   VALUES (:message_id, :said, :has_files, :until)`,
);
const byId = statement<{ message_id: string }, Pick<Row, "said">>(
  "SELECT said FROM withheld WHERE message_id = :message_id",
);
const remove = statement<{ message_id: string }>(
  "DELETE FROM withheld WHERE message_id = :message_id",
);
const over = statement<{ now: number }, Pick<Row, "message_id" | "has_files">>(
  "DELETE FROM withheld WHERE until <= :now RETURNING message_id, has_files",
);
const next = statement<object, { until: number | null }>(
  "SELECT MIN(until) AS until FROM withheld",
);

export const withheld = {
  put(sql: SqlPort, row: { said: Said; has_files: boolean; until: number }): void {
    const { said, has_files, until } = row;
    const { message_id } = said;
    put.run(sql, { message_id, said: JSON.stringify(said), has_files: Number(has_files), until });
  },
  find(sql: SqlPort, message_id: MessageId): Said | null {
    const row = byId.one(sql, { message_id });
    return row && (JSON.parse(row.said) as Said);
  },
  remove: (sql: SqlPort, message_id: MessageId): void => remove.run(sql, { message_id }),
  /** Forgets what can no longer be taken back, and says which messages those were. */
  forget: (sql: SqlPort, now: number): { message_id: MessageId; has_files: boolean }[] =>
    over.all(sql, { now }).map((row) => ({ ...row, has_files: row.has_files === 1 })),
  next: (sql: SqlPort): number | null => next.one(sql, {})?.until ?? null,
};
