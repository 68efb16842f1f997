import type { Epoch, UserId } from "../../../schema/ids.ts";
import type { SqlPort } from "../../kernel/host.ts";
import { statement } from "../../kernel/sql.ts";

/** The one inbox of this actor. The salt keeps the fingerprints of commands from being guessed back. */
export const inboxTable = `CREATE TABLE inbox (
  only INTEGER PRIMARY KEY CHECK (only = 1),
  user_id TEXT NOT NULL,
  epoch TEXT NOT NULL,
  salt TEXT NOT NULL,
  created_at INTEGER NOT NULL      -- milliseconds
)`;

export interface InboxRow {
  user_id: UserId;
  epoch: Epoch;
  salt: string;
  created_at: number;
}

const columns = "user_id, epoch, salt, created_at";
const insert = statement<InboxRow>(
  `INSERT INTO inbox (only, ${columns}) VALUES (1, :user_id, :epoch, :salt, :created_at)`,
);
const only = statement<object, InboxRow>(`SELECT ${columns} FROM inbox`);

export const inboxStore = {
  get: (sql: SqlPort): InboxRow | null => only.one(sql, {}),
  add: (sql: SqlPort, row: InboxRow): void => insert.run(sql, row),
};
