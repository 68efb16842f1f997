import type { UserId } from "../../../schema/ids.ts";
import type { Mentions } from "../../../schema/message.ts";
import type { SqlPort } from "../../kernel/host.ts";
import { statement } from "../../kernel/sql.ts";

/**
 * Whom messages call, derived from the log: a user's id, a role, or everyone. One row a call and not one a member, so
 * that calling a room of ten thousand costs one.
 */
export const mentionsTable = `CREATE TABLE mentions (
  target TEXT NOT NULL,            -- a user's id, "owner", "admin", "member", or "room"
  seq INTEGER NOT NULL,            -- of the event that sent the message
  since INTEGER NOT NULL,          -- seq of the event by which it calls them: an edit may, or a deletion that was taken back
  PRIMARY KEY (target, seq)
) WITHOUT ROWID`;
export const mentionsIndexes = [
  "CREATE INDEX mentions_by_message ON mentions (seq)",
  "CREATE INDEX mentions_since ON mentions (target, since)",
];

/** Under this target stands what calls everyone, those who are about as well: which of them hears it is their inbox's. */
export const EVERYONE = "room";

const insert = statement<{ targets: string; seq: number; since: number }>(
  "INSERT OR IGNORE INTO mentions (target, seq, since) SELECT value, :seq, :since FROM json_each(:targets)",
);
const removeOthers = statement<{ targets: string; seq: number }>(
  "DELETE FROM mentions WHERE seq = :seq AND target NOT IN (SELECT value FROM json_each(:targets))",
);
const clear = statement<object>("DELETE FROM mentions");

function targetsOf({ users, roles, room, here }: Mentions): string[] {
  return [...users, ...roles, ...(room || here ? [EVERYONE] : [])];
}

export const mentions = {
  /** Whom a new message calls. */
  add: (sql: SqlPort, seq: number, called: Mentions): void =>
    insert.run(sql, { seq, since: seq, targets: JSON.stringify(targetsOf(called)) }),
  /** Whom a message calls from this event on; nobody, where it calls nobody. Who was called already is not called anew. */
  change(sql: SqlPort, { seq, since }: { seq: number; since: number }, called: Mentions | null) {
    const targets = JSON.stringify(called ? targetsOf(called) : []);
    removeOthers.run(sql, { seq, targets });
    if (called) insert.run(sql, { seq, since, targets });
  },
  /** Before the table is made again from the log. */
  clear: (sql: SqlPort): void => clear.run(sql, {}),
};

/** Under which targets somebody is called. */
export const calledAs = (user_id: UserId, role: string): string[] => [user_id, role, EVERYONE];
