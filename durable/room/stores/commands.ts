import type { CommandId, UserId } from "../../../schema/ids.ts";
import type { SqlPort } from "../../kernel/host.ts";
import { statement } from "../../kernel/sql.ts";

/**
 * Which commands had their effect, for the life of the room: what makes a send happen exactly once.
 * The fingerprint is that of the command without its id, so that a reused id is told from a repeat.
 */
export const commandsTable = `CREATE TABLE commands (
  command_id TEXT PRIMARY KEY,
  actor TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  seq INTEGER NOT NULL
) WITHOUT ROWID`;

export interface CommandRow {
  command_id: CommandId;
  actor: UserId;
  fingerprint: string;
  seq: number;
}

const byId = statement<{ command_id: string }, CommandRow>(
  "SELECT command_id, actor, fingerprint, seq FROM commands WHERE command_id = :command_id",
);
const insert = statement<CommandRow>(
  "INSERT INTO commands (command_id, actor, fingerprint, seq) VALUES (:command_id, :actor, :fingerprint, :seq)",
);

export const commands = {
  find: (sql: SqlPort, command_id: CommandId): CommandRow | null => byId.one(sql, { command_id }),
  add: (sql: SqlPort, row: CommandRow): void => insert.run(sql, row),
};
