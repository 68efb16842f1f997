import type { MessageId } from "../../../schema/ids.ts";
import type { SqlPort } from "../../kernel/host.ts";
import { statement } from "../../kernel/sql.ts";

/** Messages whose files are still to be erased: the outbox sees to it, and a row goes when they are gone. */
export const erasuresTable = `CREATE TABLE erasures (
  message_id TEXT PRIMARY KEY
) WITHOUT ROWID`;

const insert = statement<{ message_id: string }>(
  "INSERT OR IGNORE INTO erasures (message_id) VALUES (:message_id)",
);
const first = statement<{ limit: number }, { message_id: MessageId }>(
  "SELECT message_id FROM erasures LIMIT :limit",
);
const remove = statement<{ message_id: string }>(
  "DELETE FROM erasures WHERE message_id = :message_id",
);

export const erasures = {
  add: (sql: SqlPort, message_id: MessageId): void => insert.run(sql, { message_id }),
  first: (sql: SqlPort, limit: number): MessageId[] =>
    first.all(sql, { limit }).map((row) => row.message_id),
  remove: (sql: SqlPort, message_id: MessageId): void => remove.run(sql, { message_id }),
};
