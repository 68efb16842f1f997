import { afterAll, beforeAll, expect, test } from "vitest";
import { newId } from "../../schema/ids.ts";
import { limits } from "../../schema/limits.ts";
import { wire } from "../../schema/version.ts";
import { createArchiveLedger } from "../../workers/services/archive-ledger.ts";
import { startServer } from "../support/harness.ts";
import type { Server } from "../support/harness.ts";
import { ask } from "./person.ts";

let server: Server;

beforeAll(async () => {
  server = await startServer({ migrate: false });
});
afterAll(() => server.close());

const ready = () => ask(server.origin, "/v1/health/ready");

test("HEALTH-1 live is live whatever else is not", async () => {
  const reply = await ask(server.origin, "/v1/health/live");
  expect(reply.status).toBe(200);
  expect(reply.json).toEqual({ status: "live", version: wire.version });
});

test("HEALTH-2 a deployment without its migrations is not ready, and says which parts", async () => {
  const reply = await ready();
  expect(reply.status).toBe(503);
  expect(reply.json).toMatchObject({
    status: "degraded",
    parts: {
      directory: { ok: false },
      history_0: { ok: false },
      history_1: { ok: false },
      media: { ok: true },
      rooms: { ok: true },
      inboxes: { ok: true },
    },
  });
  // The reason is for the log: it names tables and files.
  expect(reply.text).not.toMatch(/D1_|SQL|table|0001/);
});

test("HEALTH-2 a deployment with its migrations is ready", async () => {
  for (const database of ["DIRECTORY", "HISTORY_0", "HISTORY_1"] as const)
    await server.worker.applyD1Migrations(database);
  const reply = await ready();
  expect(reply.status).toBe(200);
  expect(reply.json).toEqual({
    status: "ready",
    parts: Object.fromEntries(
      ["directory", "history_0", "history_1", "media", "rooms", "inboxes", "archive"].map(
        (name) => [name, { ok: true }],
      ),
    ),
    archive: { rooms_behind: 0, oldest_pending_ms: null, last_lag_ms: null },
  });
});

test("HEALTH-2 a migration too many is another code's database", async () => {
  const { HISTORY_1 } = await server.env();
  await HISTORY_1.prepare("INSERT INTO d1_migrations (name) VALUES ('9999_future.sql')").run();
  expect((await ready()).json).toMatchObject({
    status: "degraded",
    parts: { history_1: { ok: false, fault: "migrations" } },
  });
  await HISTORY_1.prepare("DELETE FROM d1_migrations WHERE name = '9999_future.sql'").run();
});

test("HEALTH-3 an archive that is behind shows, and degrades once it is behind too long", async () => {
  const ledger = createArchiveLedger((await server.env()).DIRECTORY);
  const room_id = newId("room");
  await ledger.archiveFailed(room_id, Date.now() - 1_000, "once");
  const soon = await ready();
  expect(soon.status).toBe(200);
  expect(soon.json).toMatchObject({
    status: "ready",
    archive: { rooms_behind: 1, oldest_pending_ms: expect.any(Number) },
  });

  await ledger.archiveFailed(room_id, Date.now() - limits.archive_lag_ms - 1_000, "twice");
  const late = await ready();
  expect(late.status).toBe(503);
  expect(late.json).toMatchObject({
    status: "degraded",
    parts: { archive: { ok: false, fault: "behind" } },
  });
  expect(late.text).not.toContain("twice");

  await ledger.archiveCaughtUp([room_id]);
  expect((await ready()).status).toBe(200);
});
