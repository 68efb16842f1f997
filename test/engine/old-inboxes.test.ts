import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { inboxMigrations } from "../../durable/inbox/tables.ts";
import type { LocalInbox } from "../support/local-inbox.ts";
import { anInbox, roomId } from "../support/local-inbox.ts";

const schema = readFileSync(join(import.meta.dirname, "../schemas/inbox-v1.sql"), "utf8");

const columnsOf = ({ world }: LocalInbox, table: string): string[] =>
  world.db
    .prepare(`PRAGMA table_info(${table})`)
    .all()
    .map((row) => String(row["name"]));

/** Puts an inbox back to how older code had stored it, and wakes it. */
function wakesFromV1(inbox: LocalInbox): void {
  const { db } = inbox.world;
  const before = new Map(inbox.tables().map((table) => [table, inbox.rows(table)]));
  for (const table of inbox.tables()) db.exec(`DROP TABLE ${table}`);
  db.exec(schema);
  const known = inbox.tables();
  db.exec(
    "CREATE TABLE migrations (position INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, applied_at INTEGER NOT NULL)",
  );
  db.exec("INSERT INTO migrations VALUES (0, '0001_people', 1)");
  for (const table of known)
    for (const row of before.get(table) ?? []) {
      const columns = columnsOf(inbox, table);
      const values = Object.entries(row).filter(([name]) => columns.includes(name));
      const names = values.map(([name]) => name);
      db.prepare(
        `INSERT INTO ${table} (${names.join(", ")}) VALUES (${names.map(() => "?").join(", ")})`,
      ).run(...(values.map(([, value]) => value) as (string | number | null)[]));
    }
  inbox.wake();
  for (const table of known) assert.deepEqual(inbox.rows(table), before.get(table) ?? [], table);
}

test("MIG-1 an inbox from before there were reminders keeps what it has, and takes them", async () => {
  const ada = await anInbox();
  await ada.isIn("raven");
  await ada.does("bookmark", { room_id: roomId("raven"), message_id: ada.newId("message") });
  const { reminders: _, ...before } = await ada.state();
  wakesFromV1(ada);
  assert.deepEqual(await ada.state(), { ...before, reminders: [] });
  assert.deepEqual(
    ada.rows("migrations").map(({ name }) => name),
    inboxMigrations.map(({ name }) => name),
  );
  const at = ada.all.now_ms + 1_000;
  assert.equal(await ada.does("remind", { room_id: roomId("raven"), at }), "done");
});
