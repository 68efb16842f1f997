import type { InboxEvent } from "../../../schema/inbox-events.ts";
import { limits } from "../../../schema/limits.ts";
import type { SqlPort } from "../../kernel/host.ts";
import { statement } from "../../kernel/sql.ts";

/**
 * What changed, in order, for devices that come back. It is no truth: the tables are. So it keeps the newest events
 * only, and who is further behind starts over.
 */
export const logTable = `CREATE TABLE log (
  seq INTEGER PRIMARY KEY,
  type TEXT NOT NULL,
  at INTEGER NOT NULL,           -- milliseconds
  body TEXT NOT NULL             -- JSON
)`;

interface LogRow {
  seq: number;
  type: string;
  at: number;
  body: string;
}

const insert = statement<Omit<LogRow, "seq">, { seq: number }>(
  "INSERT INTO log (type, at, body) VALUES (:type, :at, :body) RETURNING seq",
);
const bounds = statement<object, { first_seq: number | null; head_seq: number | null }>(
  "SELECT MIN(seq) AS first_seq, MAX(seq) AS head_seq FROM log",
);
const after = statement<{ after: number }, LogRow>(
  "SELECT seq, type, at, body FROM log WHERE seq > :after ORDER BY seq",
);
const prune = statement<{ through: number }>("DELETE FROM log WHERE seq <= :through");
const size = statement<{ after: number }, { bytes: number | null }>(
  "SELECT SUM(LENGTH(body)) AS bytes FROM log WHERE seq > :after",
);

export const log = {
  append(sql: SqlPort, event: Omit<InboxEvent, "seq">): InboxEvent {
    const row = insert.one(sql, { ...event, body: JSON.stringify(event.body) });
    if (!row) throw new Error("an event without a seq");
    return { seq: row.seq, ...event };
  },
  bounds(sql: SqlPort): { first_seq: number; head_seq: number } {
    const found = bounds.one(sql, {});
    return { first_seq: found?.first_seq ?? 1, head_seq: found?.head_seq ?? 0 };
  },
  after: (sql: SqlPort, seq: number): InboxEvent[] =>
    after.all(sql, { after: seq }).map((row) => ({ ...row, body: JSON.parse(row.body) as never })),
  bytesAfter: (sql: SqlPort, seq: number): number => size.one(sql, { after: seq })?.bytes ?? 0,
  /** The newest row always stays: it is where the log stands. */
  prune: (sql: SqlPort, head_seq: number): void =>
    prune.run(sql, { through: head_seq - limits.inbox_events }),
};
