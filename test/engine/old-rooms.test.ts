import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { limits } from "../../schema/limits.ts";
import { defaultRoomSettings } from "../../schema/room.ts";
import { rebuild } from "../../durable/room/rebuild.ts";
import { roomMigrations } from "../../durable/room/tables.ts";
import { callerOf, userId } from "../support/local-room.ts";
import type { World } from "./world.ts";
import { aRoom } from "./world.ts";

type Row = Record<string, unknown>;

/** The tables that a room of an older time has, with the columns that they had. */
const tablesOfOld = ["room", "log", "commands", "heads", "messages", "members"];

/** Puts a room back to how older code had stored it, and wakes it: what was there must be as it was. */
function wakesFrom(room: World, version: 1 | 2): void {
  const { db } = room.local.world;
  const before = new Map<string, Row[]>(
    tablesOfOld.map((table) => [table, room.local.rows(table)]),
  );
  // A cursor of that time said up to where its inbox knew it.
  const cursors = room.local
    .rows("cursors")
    .map((row) => ({ ...row, marked_read_seq: row["read_seq"] }));
  for (const { name } of room.local.rows("sqlite_master").filter(({ type }) => type === "table"))
    db.exec(`DROP TABLE ${String(name)}`);
  const schema = join(import.meta.dirname, `../schemas/room-v${version}.sql`);
  db.exec(readFileSync(schema, "utf8"));
  db.exec(
    "CREATE TABLE migrations (position INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, applied_at INTEGER NOT NULL)",
  );
  roomMigrations.slice(0, version).forEach(({ name }, position) => {
    db.prepare("INSERT INTO migrations VALUES (?, ?, 1)").run(position, name);
  });
  if (version === 2) before.set("cursors", cursors);
  const stored = new Map(
    [...before].map(([table, rows]) => {
      const columns = columnsOf(room, table);
      return [table, rows.map((row) => only(row, columns))];
    }),
  );
  for (const [table, rows] of stored) for (const row of rows) insert(room, table, row);
  room.local.world.alarm_at = null;
  room.local.wake();
  for (const [table, rows] of stored) {
    const now = room.local.rows(table);
    const kept = (now[0] ? Object.keys(now[0]) : []).filter((name) => rows[0] && name in rows[0]);
    assert.deepEqual(
      now.map((row) => only(row, kept)),
      rows.map((row) => only(row, kept)),
      table,
    );
  }
  assert.deepEqual(
    room.local.rows("migrations").map((row) => row["name"]),
    roomMigrations.map(({ name }) => name),
  );
}

const columnsOf = (room: World, table: string): string[] =>
  room.local.world.db
    .prepare(`PRAGMA table_info(${table})`)
    .all()
    .map((row) => String(row["name"]));

const only = (row: Row, columns: readonly string[]): Row =>
  Object.fromEntries(Object.entries(row).filter(([name]) => columns.includes(name)));

function insert(room: World, table: string, row: Row): void {
  const names = Object.keys(row);
  const marks = names.map(() => "?").join(", ");
  room.local.world.db
    .prepare(`INSERT INTO ${table} (${names.join(", ")}) VALUES (${marks})`)
    .run(...(Object.values(row) as (string | number | null)[]));
}

test("MIG-1 MRK-12 a room from before there were inboxes tells them when it wakes, and nothing in it is unread", async () => {
  const old = aRoom({ members: ["bo"] });
  old.says("ada", "long ago");
  const { local } = old;
  wakesFrom(old, 1);
  assert.ok(local.world.alarm_at !== null && local.world.alarm_at <= local.now_ms);
  await local.engine.alarm();
  const { mark } = local.inboxes.at(userId("bo"));
  assert.deepEqual([mark?.position.seq, mark?.read_seq, mark?.badge], [2, 2, 0]);
  old.says("ada", "and now");
  local.now_ms += limits.mark_gather_ms;
  await local.engine.alarm();
  assert.equal(local.inboxes.at(userId("bo")).mark?.badge, 1);
});

test("MIG-1 LOG-4 a room from before there were threads and settings has all of it when it wakes", () => {
  const old = aRoom({ members: ["bo"] });
  const message_id = old.writes("bo", "long ago");
  wakesFrom(old, 2);
  const view = old.local.engine.view(callerOf("ada"));
  assert.ok(view.ok);
  assert.deepEqual(view.value.room.settings, defaultRoomSettings);
  assert.deepEqual(old.page("ada"), ["long ago"]);
  old.writes("ada", "a reply, at last", { parent: message_id });
  old.does("ada", "react", { message_id, emoji: "👍" });
  old.does("ada", "delete", { message_id });
  old.does("ada", "restore", { message_id });
  assert.equal(old.message("bo", message_id).thread?.replies, 1);
  const before = old.dump();
  rebuild(old.local.engine.context);
  assert.deepEqual(old.dump(), before);
});
