import type { CommandId } from "../../../schema/ids.ts";
import type { SqlPort } from "../../kernel/host.ts";
import { statement } from "../../kernel/sql.ts";

/**
 * Which commands had their effect. The newest are enough: a client repeats what it has no answer to, and every
 * command says how things are to be, so one that comes again after very long does no harm.
 */
export const commandsTable = `CREATE TABLE commands (
  position INTEGER PRIMARY KEY,
  command_id TEXT NOT NULL UNIQUE,
  fingerprint TEXT NOT NULL,
  seq INTEGER                    -- NULL where things were so already
)`;

export interface CommandRow {
  command_id: CommandId;
  fingerprint: string;
  seq: number | null;
}

const KEPT = 2_000;

const byId = statement<{ command_id: string }, CommandRow>(
  "SELECT command_id, fingerprint, seq FROM commands WHERE command_id = :command_id",
);
const insert = statement<CommandRow, { position: number }>(
  "INSERT INTO commands (command_id, fingerprint, seq) VALUES (:command_id, :fingerprint, :seq) RETURNING position",
);
const prune = statement<{ through: number }>("DELETE FROM commands WHERE position <= :through");

export const commands = {
  find: (sql: SqlPort, command_id: CommandId): CommandRow | null => byId.one(sql, { command_id }),
  add(sql: SqlPort, row: CommandRow): void {
    const added = insert.one(sql, row);
    if (added) prune.run(sql, { through: added.position - KEPT });
  },
};
