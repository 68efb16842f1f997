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
  bytes INTEGER NOT NULL,        -- of the body; before it, so that adding up reads no bodies
  body TEXT,                     -- JSON; NULL once erased
  salt TEXT,
  body_hash TEXT NOT NULL,
  prev_hash TEXT NOT NULL,
  hash TEXT NOT NULL
)`;

/** Only edits are looked for by subject; a sent message is found by its seq. So a send pays for no index. */
export const logIndex = "CREATE INDEX log_edits ON log (subject) WHERE type = 'message.edited'";

/** A restoration says a message's words once more; another deletion must find it. */
export const logRestoredIndex =
  "CREATE INDEX log_restored ON log (subject) WHERE type = 'message.restored'";

interface LogRow extends Record<keyof Omit<LogEvent, "seq" | "at" | "body" | "salt">, string> {
  seq: number;
  at: number;
  body: string | null;
  salt: string | null;
}

const columns = "seq, type, at, actor, device, command_id, body, salt, body_hash, prev_hash, hash";

const insert = statement<LogRow & { subject: string | null; bytes: number }>(
  `INSERT INTO log (${columns}, subject, bytes) VALUES (:seq, :type, :at, :actor, :device, :command_id,
   :body, :salt, :body_hash, :prev_hash, :hash, :subject, :bytes)`,
);
const last = statement<object, { seq: number; at: number; hash: string }>(
  "SELECT seq, at, hash FROM log ORDER BY seq DESC LIMIT 1",
);
const bySeq = statement<{ seq: number }, LogRow>(`SELECT ${columns} FROM log WHERE seq = :seq`);

const encoder = new TextEncoder();

/** What an event is without its body: ids, hashes, names of fields. */
const ENTRY_BYTES = 512;

const range = statement<{ after: number; through: number }, LogRow>(
  `SELECT ${columns} FROM log WHERE seq > :after AND seq <= :through ORDER BY seq`,
);
/** How far a range goes before it has too many rows or bytes: decided before any body is read. */
const reach = statement<LogRange, { through: number | null }>(
  `SELECT MAX(seq) AS through FROM (
     SELECT seq, SUM(bytes + ${ENTRY_BYTES}) OVER (ORDER BY seq) AS total
     FROM (SELECT seq, bytes FROM log WHERE seq > :after AND seq <= :through ORDER BY seq LIMIT :limit)
   ) WHERE total <= :max_bytes`,
);
const bytes = statement<{ after: number }, { bytes: number | null }>(
  `SELECT SUM(bytes + ${ENTRY_BYTES}) AS bytes FROM log WHERE seq > :after`,
);
const eraseSent = statement<{ seq: number }>(
  "UPDATE log SET body = NULL, salt = NULL, bytes = 0 WHERE seq = :seq",
);
const eraseOf = (type: string) =>
  statement<{ subject: string; before: number }>(
    `UPDATE log SET body = NULL, salt = NULL, bytes = 0
     WHERE type = '${type}' AND subject = :subject AND seq < :before`,
  );
const eraseEdits = eraseOf("message.edited");
const eraseRestored = eraseOf("message.restored");
const versions = statement<{ seq: number; subject: string; limit: number }, LogRow>(
  `SELECT ${columns} FROM log WHERE seq = :seq UNION ALL
   SELECT ${columns} FROM log WHERE type = 'message.edited' AND subject = :subject UNION ALL
   SELECT ${columns} FROM log WHERE type = 'message.restored' AND subject = :subject
   ORDER BY seq DESC LIMIT :limit`,
);

export interface Tail {
  seq: number;
  at: number;
  hash: string;
}

export const log = {
  tail: (sql: SqlPort): Tail | null => last.one(sql, {}),
  append(sql: SqlPort, event: LogEvent, subject: string | null): void {
    const body = JSON.stringify(event.body);
    insert.run(sql, { ...event, body, subject, bytes: encoder.encode(body).length });
  },
  at: (sql: SqlPort, seq: number): LogEvent | null => {
    const row = bySeq.one(sql, { seq });
    return row && eventOf(row);
  },
  /** Events with `after < seq ≤ through`, at most so many, and no more bytes than given but for the first. */
  range(sql: SqlPort, asked: LogRange): LogEvent[] {
    const { after } = asked;
    const through = reach.one(sql, asked)?.through ?? Math.min(after + 1, asked.through);
    return range.all(sql, { after, through }).map(eventOf);
  },
  /** The events that gave a message its words, the newest of them, oldest first. */
  versions: (
    sql: SqlPort,
    { seq, message_id }: { seq: number; message_id: string },
    limit: number,
  ): LogEvent[] => versions.all(sql, { seq, subject: message_id, limit }).map(eventOf).toReversed(),
  bytesAfter: (sql: SqlPort, after: number): number => bytes.one(sql, { after })?.bytes ?? 0,
  /**
   * Drops what a message said, in every version up to its deletion; the hashes stay. What it says after that it says by
   * having been taken back: in a rebuild that is there already.
   */
  erase(sql: SqlPort, message: { message_id: string; seq: number }, before: number): void {
    eraseSent.run(sql, { seq: message.seq });
    eraseEdits.run(sql, { subject: message.message_id, before });
    eraseRestored.run(sql, { subject: message.message_id, before });
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
