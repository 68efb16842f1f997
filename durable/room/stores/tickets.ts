import type { SqlPort } from "../../kernel/host.ts";
import { statement } from "../../kernel/sql.ts";

/** Tickets that opened a socket, until they would have expired anyway: each opens one. */
export const ticketsTable = `CREATE TABLE tickets (
  ticket_id TEXT PRIMARY KEY,
  expires_at INTEGER NOT NULL      -- milliseconds
) WITHOUT ROWID`;

const insert = statement<{ ticket_id: string; expires_at: number }, { ticket_id: string }>(
  "INSERT INTO tickets (ticket_id, expires_at) VALUES (:ticket_id, :expires_at) ON CONFLICT DO NOTHING RETURNING ticket_id",
);
const purge = statement<{ now: number }>("DELETE FROM tickets WHERE expires_at < :now");

export const tickets = {
  /** True for the first who comes with it. */
  take(sql: SqlPort, ticket_id: string, expires_at: number): boolean {
    return insert.one(sql, { ticket_id, expires_at }) !== null;
  },
  purge: (sql: SqlPort, now: number): void => purge.run(sql, { now }),
};
