import {
  createExecutionContext,
  createMessageBatch,
  getQueueResult,
  runDurableObjectAlarm,
} from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import type { ArchiveNotice } from "../../schema/rpc.ts";
import worker from "../../workers/main.ts";
import { historyDatabases } from "../../workers/env.ts";
import { shardOf } from "../../workers/services/history.ts";
import { aRoom } from "./actor.ts";
import type { ActorRoom } from "./actor.ts";

const databaseOf = (room: ActorRoom): D1Database => {
  const databases = historyDatabases(env);
  return databases[shardOf(room.room_id, databases.length)]!;
};

async function archived(
  room: ActorRoom,
  table: "events" | "messages",
): Promise<Record<string, unknown>[]> {
  const query = `SELECT * FROM ${table} WHERE room_id = ?1 ORDER BY seq`;
  return (await databaseOf(room).prepare(query).bind(room.room_id).all()).results;
}

/** Hands notices to the Worker's own queue handler, as the platform does, and says what became of each. */
async function deliver(
  room: ActorRoom,
  attempts: number[] = [1],
): Promise<{ acked: number; retried: number }> {
  const { epoch } = (await room.inside((instance) => instance.engine.context.room()))!;
  const body: ArchiveNotice = { room_id: room.room_id, epoch, through: 1, noticed_at: Date.now() };
  const messages = attempts.map((attempt, index) => ({
    id: `${index}`,
    timestamp: new Date(),
    attempts: attempt,
    body,
  }));
  const batch = createMessageBatch<unknown>("quoth-archive", messages);
  const context = createExecutionContext();
  await worker.queue(batch, env as Parameters<typeof worker.queue>[1]);
  const result = await getQueueResult(batch, context);
  return { acked: result.explicitAcks.length, retried: result.retryMessages.length };
}

/** What waits for the archive; the inboxes have an entry of their own. */
const pending = (room: ActorRoom) =>
  room.inside(
    ({ host }) => host.sql.exec("SELECT 1 FROM outbox WHERE target = 'archive'", []).length,
  );

async function eventually(what: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!(await what())) {
    if (Date.now() > deadline) throw new Error("waited in vain");
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

test("ARCH-1 OBX-1 from the alarm over the queue to D1 and back, by the platform's own hands", async () => {
  const room = await aRoom();
  await room.says("ada", "for the archive");
  expect(await pending(room)).toBe(1);
  await eventually(async () => (await pending(room)) === 0);
  const log = await room.log();
  expect((await archived(room, "events")).map((row) => row["hash"])).toEqual(
    log.map((event) => event.hash),
  );
  expect((await archived(room, "messages")).map((row) => row["text"])).toEqual(["for the archive"]);
});

test("ALM-2 OBX-2 in workerd, an alarm that is delivered three times and with nothing to do does no harm", async () => {
  const room = await aRoom();
  await room.says("ada", "hello");
  for (let time = 0; time < 3; time += 1) {
    await runDurableObjectAlarm(room.stub);
    await room.inside((instance) => instance.alarm());
  }
  await eventually(async () => (await pending(room)) === 0);
  await room.inside((instance) => instance.alarm());
  expect(await archived(room, "events")).toHaveLength(2);
});

test("ARCH-2 in workerd, notices that are repeated, late and together are written once", async () => {
  const room = await aRoom();
  const deleted = (await room.says("ada", "deleted later")).replace("command_", "message_");
  expect(await deliver(room, [1, 1, 2])).toEqual({ acked: 3, retried: 0 });
  await room.asks("ada", "edit", { message_id: deleted, text: "deleted soon" });
  await room.asks("ada", "delete", { message_id: deleted });
  await Promise.all([deliver(room), deliver(room), deliver(room, [3])]);
  expect(await deliver(room)).toEqual({ acked: 1, retried: 0 });
  const events = await archived(room, "events");
  expect(events.map((row) => row["seq"])).toEqual([1, 2, 3, 4]);
  expect(events.map((row) => row["body"] === null)).toEqual([false, true, true, false]);
  expect(await archived(room, "messages")).toMatchObject([{ message_id: deleted, text: null }]);
});

test("ARCH-3 in workerd, an archive that fails for a while is tried again and catches up", async () => {
  const room = await aRoom();
  const database = databaseOf(room);
  await database.exec("ALTER TABLE events RENAME TO events_away");
  try {
    await room.says("ada", "while D1 is broken");
    expect(await deliver(room, [1, 2])).toEqual({ acked: 0, retried: 2 });
    expect(await pending(room)).toBe(1);
    const behind = await env.DIRECTORY.prepare("SELECT * FROM archive_lag WHERE room_id = ?1")
      .bind(room.room_id)
      .all();
    expect(behind.results).toHaveLength(1);
  } finally {
    await database.exec("ALTER TABLE events_away RENAME TO events");
  }
  await room.says("ada", "after it came back");
  expect(await deliver(room)).toEqual({ acked: 1, retried: 0 });
  expect((await archived(room, "events")).map((row) => row["seq"])).toEqual([1, 2, 3]);
  expect(await pending(room)).toBe(0);
  const behind = await env.DIRECTORY.prepare("SELECT * FROM archive_lag WHERE room_id = ?1")
    .bind(room.room_id)
    .all();
  expect(behind.results).toEqual([]);
});

test("OBX-3 in workerd, an archive with another history is not confirmed, and says so", async () => {
  const room = await aRoom();
  await room.says("ada", "the true one");
  await deliver(room);
  await databaseOf(room)
    .prepare(
      "UPDATE watermarks SET hash = prev FROM (SELECT hash AS prev FROM events WHERE room_id = ?1 AND seq = 1) WHERE room_id = ?1",
    )
    .bind(room.room_id)
    .run();
  await room.says("ada", "not to be lost");
  expect(await deliver(room)).toEqual({ acked: 0, retried: 1 });
  expect(await pending(room)).toBe(1);
});
