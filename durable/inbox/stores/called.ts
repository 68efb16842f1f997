import type { RoomId } from "../../../schema/ids.ts";
import type { CalledBefore, CalledPage, MentionsAsked } from "../../../schema/inbox-rpc.ts";
import type { Call } from "../../../schema/inbox.ts";
import { limits } from "../../../schema/limits.ts";
import type { SqlPort } from "../../kernel/host.ts";
import { statement } from "../../kernel/sql.ts";
import { visibleRooms } from "./rooms.ts";

/** Messages that called this person, as their rooms told of them. What they say is asked for in the room. */
export const calledTable = `CREATE TABLE called (
  place INTEGER PRIMARY KEY,       -- in the order in which they were heard of
  room_id TEXT NOT NULL,
  message_id TEXT NOT NULL,
  seq INTEGER NOT NULL,
  at INTEGER NOT NULL,             -- milliseconds
  author TEXT NOT NULL,
  UNIQUE (room_id, message_id)
)`;
export const calledIndex = "CREATE INDEX called_by_time ON called (at, place)";

type Row = CalledPage["called"][number] & { place: number };

const insert = statement<Call & { room_id: string }>(
  `INSERT INTO called (room_id, message_id, seq, at, author) VALUES (:room_id, :message_id, :seq, :at, :author)
   ON CONFLICT (room_id, message_id) DO NOTHING`,
);
const prune = statement<{ kept: number }>(
  "DELETE FROM called WHERE place IN (SELECT place FROM called ORDER BY at DESC, place DESC LIMIT -1 OFFSET :kept)",
);
const page = statement<CalledBefore & { limit: number }, Row>(
  `SELECT place, called.room_id, message_id, called.seq, at, author, role
   FROM called JOIN rooms ON rooms.room_id = called.room_id
   WHERE (at, place) < (:at, :place) AND ${visibleRooms} ORDER BY at DESC, place DESC LIMIT :limit`,
);
const forget = statement<{ room_id: string }>("DELETE FROM called WHERE room_id = :room_id");

/** After every page. */
const END = { at: Number.MAX_SAFE_INTEGER, place: Number.MAX_SAFE_INTEGER };

export const called = {
  /** Each message once, however often it is told of. Of all of them the newest are kept. */
  add(sql: SqlPort, room_id: RoomId, told: readonly Call[]): void {
    if (told.length === 0) return;
    for (const one of told) insert.run(sql, { room_id, ...one });
    prune.run(sql, { kept: limits.calls });
  },
  /** The newest first; nothing of rooms that are out of sight. */
  page(sql: SqlPort, { before, limit }: MentionsAsked): CalledPage {
    const rows = page.all(sql, { ...(before ?? END), limit: limit + 1 });
    const shown = rows.slice(0, limit);
    const last = rows.length > limit ? shown.at(-1) : undefined;
    return {
      called: shown.map(({ place: _, ...one }) => one),
      before: last ? { at: last.at, place: last.place } : null,
    };
  },
  forget: (sql: SqlPort, room_id: RoomId): void => forget.run(sql, { room_id }),
};
