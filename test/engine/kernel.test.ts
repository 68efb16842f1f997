import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { limits } from "../../schema/limits.ts";
import { logLine } from "../../schema/telemetry.ts";
import { wire } from "../../schema/version.ts";
import { createBudget, fullBucket, take } from "../../durable/kernel/budget.ts";
import { createLocalSql } from "../../durable/kernel/host-local.ts";
import { MigrationError, isMigrated, migrate } from "../../durable/kernel/migrate.ts";
import { AttachmentTooLarge, loadSession, saveSession } from "../../durable/kernel/session.ts";
import { statement, transact } from "../../durable/kernel/sql.ts";
import { LocalSocket, callerOf } from "../support/local-room.ts";

function aDatabase() {
  const db = new DatabaseSync(":memory:");
  const sql = createLocalSql(db, () => {});
  return { db, sql };
}

test("MIG-1 migrations are applied once, in order, each with its record", () => {
  const { sql } = aDatabase();
  const list = [
    { name: "0001_birds", sql: ["CREATE TABLE birds (name TEXT)"] },
    {
      name: "0002_ravens",
      sql: ["INSERT INTO birds VALUES ('raven')", "ALTER TABLE birds ADD COLUMN says TEXT"],
    },
  ];
  assert.equal(isMigrated(sql), false);
  assert.equal(migrate(sql, list.slice(0, 1), 1), 1);
  assert.equal(migrate(sql, list, 2), 1);
  assert.equal(migrate(sql, list, 3), 0);
  assert.deepEqual(
    sql.exec("SELECT name, says FROM birds", []).map((row) => ({ ...row })),
    [{ name: "raven", says: null }],
  );
  assert.deepEqual(
    sql.exec("SELECT name, applied_at FROM migrations", []).map((row) => ({ ...row })),
    [
      { name: "0001_birds", applied_at: 1 },
      { name: "0002_ravens", applied_at: 2 },
    ],
  );
});

test("MIG-1 a step that fails leaves nothing of itself, and storage from elsewhere is refused", () => {
  const { sql } = aDatabase();
  const broken = [{ name: "0001_broken", sql: ["CREATE TABLE half (x)", "CREATE TABLE half (x)"] }];
  assert.throws(() => migrate(sql, broken, 1));
  assert.deepEqual(sql.exec("SELECT name FROM sqlite_master WHERE name = 'half'", []), []);
  migrate(sql, [{ name: "0001_theirs", sql: [] }], 1);
  assert.throws(() => migrate(sql, [{ name: "0001_ours", sql: [] }], 1), MigrationError);
  assert.throws(() => migrate(sql, [], 1), MigrationError);
});

test("SQL-1 a transaction is all or nothing, also one inside another", () => {
  const { sql } = aDatabase();
  sql.exec("CREATE TABLE birds (name TEXT)", []);
  const add = statement<{ name: string }>("INSERT INTO birds VALUES (:name)");
  transact(sql, () => {
    add.run(sql, { name: "kept" });
    assert.throws(() =>
      transact(sql, () => {
        add.run(sql, { name: "taken back" });
        throw new Error("inner");
      }),
    );
  });
  assert.throws(() =>
    transact(sql, () => {
      add.run(sql, { name: "taken back" });
      throw new Error("outer");
    }),
  );
  assert.deepEqual(
    sql.exec("SELECT name FROM birds", []).map((row) => row["name"]),
    ["kept"],
  );
});

test("SQL-1 a callback that returns a promise does not compile", () => {
  const { sql } = aDatabase();
  // @ts-expect-error: this line is the test. If it compiled, the type check would fail here.
  transact(sql, async () => {});
});

test("SQL-2 parameters are named, may repeat, and none may be missing", () => {
  const { sql } = aDatabase();
  const twice = statement<{ a: number; b: string }, { x: number; y: number; z: string }>(
    "SELECT :a AS x, :a AS y, :b AS z",
  );
  assert.deepEqual({ ...twice.one(sql, { a: 1, b: "two" }) }, { x: 1, y: 1, z: "two" });
  assert.throws(() => twice.one(sql, { a: 1 } as never), /no value for :b/);
  const names = Array.from(
    { length: limits.bound_parameters + 1 },
    (_, index) => `:p_${"abcdefghij"[index % 10]}_${"abcdefghijk"[Math.floor(index / 10)]}`,
  );
  assert.throws(() => statement<object>(`SELECT ${names.join(", ")}`).run(sql, {}), /too many/);
});

test("SES-1 an attachment has a version and a size", () => {
  const socket = new LocalSocket();
  const session = {
    v: 3,
    socket_id: "socket_1",
    caller: callerOf("ada"),
    version: wire.version,
    encoding: "json",
    state: "live",
    opened_at: 1_750_000_000_000,
    checked_at: 1_750_000_000_000,
    idle_since: null,
  } as const;
  saveSession(socket, session);
  assert.deepEqual(loadSession(socket), session);
  socket.save({ ...session, v: 2 });
  assert.equal(loadSession(socket), null);
  const large = { ...session, socket_id: "x".repeat(limits.attachment_bytes) };
  assert.throws(() => saveSession(socket, large), AttachmentTooLarge);
});

test("BKT-1 a bucket gives its burst at once and then its rate, and a step back of the clock refills nothing", () => {
  const rate = { burst: 3, per_second: 2 };
  let bucket = fullBucket(rate, 0);
  const waits = [0, 0, 0, 0, 500, 500, 1500].map((now) => {
    const taken = take(bucket, rate, now);
    ({ bucket } = taken);
    return taken.wait_ms;
  });
  assert.deepEqual(waits, [0, 0, 0, 500, 0, 500, 0]);
  const back = take({ tokens: 0, at_ms: 10_000 }, rate, 0);
  assert.equal(back.wait_ms, 500);
});

test("BKT-1 keys do not share a bucket, and full ones are not kept", () => {
  const budget = createBudget({ burst: 1, per_second: 1 });
  assert.equal(budget.take("ada", 0), 0);
  assert.ok(budget.take("ada", 0) > 0);
  assert.equal(budget.take("bo", 0), 0);
  for (let key = 0; key < 2_000; key += 1) budget.take(`key ${key}`, 10_000);
  assert.equal(budget.take("ada", 10_000), 0);
});

test("TEL-1 a log line is one JSON object with its time and its ids", () => {
  const line = logLine(0, "info", "command", { request_id: "request_1", seq: 7, text: undefined });
  assert.deepEqual(JSON.parse(line), {
    at: "1970-01-01T00:00:00.000Z",
    level: "info",
    event: "command",
    request_id: "request_1",
    seq: 7,
  });
  assert.ok(!line.includes("\n"));
});
