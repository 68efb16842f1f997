import type { UserId } from "../../../schema/ids.ts";
import type { Block } from "../../../schema/inbox.ts";
import type { Status } from "../../../schema/presence.ts";
import type { SqlPort } from "../../kernel/host.ts";
import { statement } from "../../kernel/sql.ts";

/** Whom this person does not want to hear of. Nobody but their own devices is told. */
export const blocksTable = `CREATE TABLE blocks (
  user_id TEXT PRIMARY KEY,
  at INTEGER NOT NULL              -- milliseconds
) WITHOUT ROWID`;

/** How the person was when the block fell: what the blocked go on seeing. NULL in blocks from before this was kept. */
export const blocksSeen = [
  "ALTER TABLE blocks ADD COLUMN seen_at INTEGER",
  "ALTER TABLE blocks ADD COLUMN status TEXT",
] as const;

/** The last visit that was to be seen, in milliseconds, and the status. */
export interface Frozen {
  seen_at: number | null;
  status: Status | null;
}

const byId = statement<{ user_id: string }, Block>(
  "SELECT user_id, at FROM blocks WHERE user_id = :user_id",
);
const list = statement<object, Block>("SELECT user_id, at FROM blocks ORDER BY at, user_id");
const count = statement<object, { blocks: number }>("SELECT COUNT(*) AS blocks FROM blocks");
const insert = statement<Block & { seen_at: number | null; status: string | null }>(
  "INSERT INTO blocks (user_id, at, seen_at, status) VALUES (:user_id, :at, :seen_at, :status)",
);
const frozen = statement<
  object,
  { user_id: UserId; seen_at: number | null; status: string | null }
>("SELECT user_id, seen_at, status FROM blocks");
const remove = statement<{ user_id: string }>("DELETE FROM blocks WHERE user_id = :user_id");

export const blocks = {
  all: (sql: SqlPort): Block[] => list.all(sql, {}),
  has: (sql: SqlPort, user_id: UserId): boolean => byId.one(sql, { user_id }) !== null,
  count: (sql: SqlPort): number => count.one(sql, {})?.blocks ?? 0,
  add: (sql: SqlPort, block: Block, { seen_at, status }: Frozen): void =>
    insert.run(sql, { ...block, seen_at, status: status && JSON.stringify(status) }),
  frozen: (sql: SqlPort): Map<UserId, Frozen> =>
    new Map(
      frozen
        .all(sql, {})
        .map(({ user_id, seen_at, status }) => [
          user_id,
          { seen_at, status: status === null ? null : (JSON.parse(status) as Status) },
        ]),
    ),
  remove: (sql: SqlPort, user_id: UserId): void => remove.run(sql, { user_id }),
};
