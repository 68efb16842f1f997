import type { UserId } from "../../../schema/ids.ts";
import type { Block } from "../../../schema/inbox.ts";
import type { SqlPort } from "../../kernel/host.ts";
import { statement } from "../../kernel/sql.ts";

/** Whom this person does not want to hear of. Nobody but their own devices is told. */
export const blocksTable = `CREATE TABLE blocks (
  user_id TEXT PRIMARY KEY,
  at INTEGER NOT NULL              -- milliseconds
) WITHOUT ROWID`;

const byId = statement<{ user_id: string }, Block>(
  "SELECT user_id, at FROM blocks WHERE user_id = :user_id",
);
const list = statement<object, Block>("SELECT user_id, at FROM blocks ORDER BY at, user_id");
const count = statement<object, { blocks: number }>("SELECT COUNT(*) AS blocks FROM blocks");
const insert = statement<Block>("INSERT INTO blocks (user_id, at) VALUES (:user_id, :at)");
const remove = statement<{ user_id: string }>("DELETE FROM blocks WHERE user_id = :user_id");

export const blocks = {
  all: (sql: SqlPort): Block[] => list.all(sql, {}),
  has: (sql: SqlPort, user_id: UserId): boolean => byId.one(sql, { user_id }) !== null,
  count: (sql: SqlPort): number => count.one(sql, {})?.blocks ?? 0,
  add: (sql: SqlPort, block: Block): void => insert.run(sql, block),
  remove: (sql: SqlPort, user_id: UserId): void => remove.run(sql, { user_id }),
};
