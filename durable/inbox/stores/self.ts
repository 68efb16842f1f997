import type { Self } from "../../../schema/inbox.ts";
import type { PresenceMode } from "../../../schema/presence.ts";
import type { SqlPort } from "../../kernel/host.ts";
import { statement } from "../../kernel/sql.ts";

/** How the person wants to be seen, and when they last were. */
export const selfTable = `CREATE TABLE self (
  only INTEGER PRIMARY KEY CHECK (only = 1),
  mode TEXT NOT NULL,
  status TEXT NOT NULL,            -- JSON
  seen_at INTEGER NOT NULL,        -- milliseconds; 0 for never
  visible_from INTEGER NOT NULL    -- milliseconds: what a device did before this was not for others to see
)`;

interface SelfRow {
  mode: PresenceMode;
  status: string;
  seen_at: number;
  visible_from: number;
}

const columns = "mode, status, seen_at, visible_from";
const only = statement<object, SelfRow>(`SELECT ${columns} FROM self`);
const put = statement<SelfRow>(
  `INSERT INTO self (only, ${columns}) VALUES (1, :mode, :status, :seen_at, :visible_from)
   ON CONFLICT (only) DO UPDATE SET mode = excluded.mode, status = excluded.status,
     seen_at = excluded.seen_at, visible_from = excluded.visible_from`,
);
const nobody: SelfRow = { mode: "auto", status: "null", seen_at: 0, visible_from: 0 };

const row = (sql: SqlPort): SelfRow => only.one(sql, {}) ?? nobody;

export const selfStore = {
  get(sql: SqlPort): Self {
    const { mode, status } = row(sql);
    return { mode, status: JSON.parse(status) as Self["status"] };
  },
  put: (sql: SqlPort, { mode, status }: Self): void =>
    put.run(sql, { ...row(sql), mode, status: JSON.stringify(status) }),
  /** When others could last see the person here, and since when they can. */
  visits(sql: SqlPort): Pick<SelfRow, "seen_at" | "visible_from"> {
    const { seen_at, visible_from } = row(sql);
    return { seen_at, visible_from };
  },
  /** A later visit takes the place of an earlier one. */
  seen(sql: SqlPort, seen_at: number): void {
    const known = row(sql);
    if (seen_at > known.seen_at) put.run(sql, { ...known, seen_at });
  },
  visibleFrom: (sql: SqlPort, visible_from: number): void =>
    put.run(sql, { ...row(sql), visible_from }),
};
