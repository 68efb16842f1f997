import type { RoomId } from "../../../schema/ids.ts";
import type { Draft } from "../../../schema/inbox.ts";
import { limits } from "../../../schema/limits.ts";
import type { SqlPort } from "../../kernel/host.ts";
import { statement } from "../../kernel/sql.ts";

/** What was begun, one a room. An ended one stays for a while with an empty text: an older edit must not bring it back. */
export const draftsTable = `CREATE TABLE drafts (
  room_id TEXT PRIMARY KEY,
  text TEXT NOT NULL,
  edited_at INTEGER NOT NULL,      -- milliseconds, by the clock of the device
  device_id TEXT NOT NULL
) WITHOUT ROWID`;

const columns = "room_id, text, edited_at, device_id";
const byId = statement<{ room_id: string }, Draft>(
  `SELECT ${columns} FROM drafts WHERE room_id = :room_id`,
);
const live = statement<object, Draft>(
  `SELECT ${columns} FROM drafts WHERE text <> '' ORDER BY room_id`,
);
const count = statement<object, { drafts: number }>(
  "SELECT COUNT(*) AS drafts FROM drafts WHERE text <> ''",
);
const put = statement<Draft>(
  `INSERT OR REPLACE INTO drafts (${columns}) VALUES (:room_id, :text, :edited_at, :device_id)`,
);
const forget = statement<{ kept: number }>(
  `DELETE FROM drafts WHERE text = '' AND room_id IN (
     SELECT room_id FROM drafts WHERE text = '' ORDER BY edited_at DESC, room_id LIMIT -1 OFFSET :kept)`,
);

export const drafts = {
  /** An ended one is found too. */
  find: (sql: SqlPort, room_id: RoomId): Draft | null => byId.one(sql, { room_id }),
  all: (sql: SqlPort): Draft[] => live.all(sql, {}),
  count: (sql: SqlPort): number => count.one(sql, {})?.drafts ?? 0,
  put(sql: SqlPort, draft: Draft): void {
    put.run(sql, draft);
    if (draft.text === "") forget.run(sql, { kept: limits.drafts });
  },
};
