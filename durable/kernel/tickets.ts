import { limits } from "../../schema/limits.ts";
import type { Opening } from "../../schema/rpc.ts";
import type { Host } from "./host.ts";
import type { Settled } from "./outcome.ts";
import { accepted, refused } from "./outcome.ts";
import type { Sockets } from "./sockets.ts";
import { statement, transact } from "./sql.ts";

/** Tickets that opened a socket, until they would have expired anyway: each opens one. */
export const ticketsTable = `CREATE TABLE tickets (
  ticket_id TEXT PRIMARY KEY,
  expires_at INTEGER NOT NULL      -- milliseconds
) WITHOUT ROWID`;

const insert = statement<{ ticket_id: string; expires_at: number }, { ticket_id: string }>(
  "INSERT INTO tickets (ticket_id, expires_at) VALUES (:ticket_id, :expires_at) ON CONFLICT DO NOTHING RETURNING ticket_id",
);
const purge = statement<{ now: number }>("DELETE FROM tickets WHERE expires_at < :now");

/**
 * May this ticket open one more socket here? It is taken with the question: a second one like it is refused. Sockets
 * that have died unseen are closed before anyone is told that there are too many.
 */
export function takeTicket(
  { sql, now }: Host,
  sockets: Pick<Sockets<never>, "countOf" | "closeDead">,
  opening: Opening,
  sockets_max: number,
): Settled<Opening> {
  const at = now();
  if (opening.ticket_expires_at + limits.clock_skew_ms < at) return refused("ticket_refused");
  const { user_id } = opening.caller;
  if (sockets.countOf(user_id) >= sockets_max) sockets.closeDead(at);
  if (sockets.countOf(user_id) >= sockets_max) return refused("too_many_sockets");
  const taken = transact(sql, () => {
    purge.run(sql, { now: at - limits.clock_skew_ms });
    const { ticket_id, ticket_expires_at: expires_at } = opening;
    return insert.one(sql, { ticket_id, expires_at }) !== null;
  });
  return taken ? accepted(opening) : refused("ticket_refused");
}
