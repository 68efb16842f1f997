import type { LogEvent } from "../../../schema/events.ts";
import type { SqlPort } from "../../kernel/host.ts";
import { statement } from "../../kernel/sql.ts";

/**
 * The log: the room's truth. Everything else in this actor can be made again from it.
 * A row is never changed, but for an erased body; `subject` is what an event is about, so that it can be found.
 */
export const logTable = `CREATE TABLE log (
  seq INTEGER PRIMARY KEY,
  type TEXT NOT NULL,
  at INTEGER NOT NULL,           -- milliseconds; never smaller than that of the row before
  actor TEXT NOT NULL,
  device TEXT NOT NULL,
  command_id TEXT NOT NULL,
  subject TEXT,
  body TEXT,                     -- JSON; NULL once erased
  salt TEXT,
  body_hash TEXT NOT NULL,
  prev_hash TEXT NOT NULL,
  hash TEXT NOT NULL
)`;

/** Only edits are looked for by subject; a sent message is found by its seq. So a send pays for no index. */
export const logIndex = "CREATE INDEX log_edits ON log (subject) WHERE type = 'message.edited'";

interface LogRow extends Record<keyof Omit<LogEvent, "seq" | "at" | "body" | "salt">, string> {
  seq: number;
  at: number;
  body: string | null;
  salt: string | null;
}

const columns = "seq, type, at, actor, device, command_id, body, salt, body_hash, prev_hash, hash";

const insert = statement<LogRow & { subject: string | null }>(
  `INSERT INTO log (${columns}, subject)
   VALUES (:seq, :type, :at, :actor, :device, :command_id, :body, :salt, :body_hash, :prev_hash, :hash, :subject)`,
);
const last = statement<object, { seq: number; at: number; hash: string }>(
  "SELECT seq, at, hash FROM log ORDER BY seq DESC LIMIT 1",
);
const bySeq = statement<{ seq: number }, LogRow>(`SELECT ${columns} FROM log WHERE seq = :seq`);
const range = statement<{ after: number; through: number; limit: number }, LogRow>(
  `SELECT ${columns} FROM log WHERE seq > :after AND seq <= :through ORDER BY seq LIMIT :limit`,
);
const bytes = statement<{ after: number }, { bytes: number | null }>(
  "SELECT SUM(LENGTH(CAST(body AS BLOB)) + 512) AS bytes FROM log WHERE seq > :after",
);
const eraseSent = statement<{ seq: number }>(
  "UPDATE log SET body = NULL, salt = NULL WHERE seq = :seq",
);
const eraseEdits = statement<{ subject: string }>(
  "UPDATE log SET body = NULL, salt = NULL WHERE type = 'message.edited' AND subject = :subject",
);

export interface Tail {
  seq: number;
  at: number;
  hash: string;
}

export const log = {
  tail: (sql: SqlPort): Tail | null => last.one(sql, {}),
  append(sql: SqlPort, event: LogEvent, subject: string | null): void {
    insert.run(sql, { ...event, body: JSON.stringify(event.body), subject });
  },
  at: (sql: SqlPort, seq: number): LogEvent | null => {
    const row = bySeq.one(sql, { seq });
    return row && eventOf(row);
  },
  /** Events with `after < seq ≤ through`, at most so many, and no more bytes than given but for the first. */
  range(sql: SqlPort, { after, through, limit, max_bytes }: LogRange): LogEvent[] {
    const rows = range.all(sql, { after, through, limit });
    let total = 0;
    const cut = rows.findIndex((row, index) => {
      total += (row.body?.length ?? 0) + 512;
      return index > 0 && total > max_bytes;
    });
    return (cut === -1 ? rows : rows.slice(0, cut)).map(eventOf);
  },
  bytesAfter: (sql: SqlPort, after: number): number => bytes.one(sql, { after })?.bytes ?? 0,
  /** Drops what a message said, in every version; the hashes stay. */
  erase(sql: SqlPort, message: { message_id: string; seq: number }): void {
    eraseSent.run(sql, { seq: message.seq });
    eraseEdits.run(sql, { subject: message.message_id });
  },
};

export interface LogRange {
  after: number;
  through: number;
  limit: number;
  max_bytes: number;
}

function eventOf(row: LogRow): LogEvent {
  return { ...row, body: row.body === null ? null : JSON.parse(row.body) } as LogEvent;
}
