import assert from "node:assert/strict";
import { test } from "node:test";
import { limits } from "../../schema/limits.ts";
import { dueTimers, nextAlarm } from "../../durable/kernel/alarms.ts";
import { retryAt } from "../../durable/kernel/outbox.ts";
import { aRoom } from "./world.ts";

function anOutbox() {
  const room = aRoom();
  const { local } = room;
  /** What waits for the archive; that the inboxes have an entry of their own is another test's. */
  const entries = () => local.rows("outbox").filter((row) => row["target"] === "archive");
  const fire = async () => {
    const due = entries().map((row) => Number(row["due_at"]));
    local.now_ms = Math.max(local.now_ms, Math.min(...due));
    local.world.alarm_at = null;
    await local.engine.alarm();
  };
  /** The inboxes are told in their own time. */
  const tellInboxes = async () => {
    local.now_ms += limits.mark_gather_ms;
    await local.engine.alarm();
  };
  const confirmThrough = (seq: number) => {
    const { hash } = room.log()[seq - 1]!;
    const { epoch } = local.engine.context.room()!;
    return local.engine.archive({ epoch, seq, hash });
  };
  return { room, local, entries, fire, tellInboxes, confirmThrough };
}

test("OBX-1 an entry goes when it is confirmed, not when it is handed over", async () => {
  const { room, local, fire, tellInboxes, confirmThrough, entries } = anOutbox();
  room.says("ada", "hello");
  await fire();
  assert.deepEqual(local.notices, [2], "events of one gathering time go together");
  assert.equal(entries().length, 1);
  room.says("ada", "more");
  confirmThrough(2);
  assert.deepEqual(
    entries().map((row) => row["through_seq"]),
    [3],
  );
  confirmThrough(3);
  assert.deepEqual(entries(), []);
  await tellInboxes();
  assert.deepEqual(local.rows("timers"), [], "a room with nothing to do sets no alarm");
});

test("OBX-2 an entry that nobody confirms is handed over again, with growing pauses, then parked and still tried", async () => {
  const { local, fire, entries } = anOutbox();
  const times: number[] = [];
  for (let count = 0; count < limits.outbox_attempts + 3; count += 1) {
    await fire();
    times.push(local.now_ms);
  }
  assert.equal(local.notices.length, times.length);
  const pauses = times.slice(1).map((time, index) => time - times[index]!);
  assert.ok(
    pauses[0]! <= limits.outbox_retry_ms * 1.25 && pauses[4]! > pauses[0]! * 4,
    pauses.join(" "),
  );
  assert.ok(Math.max(...pauses) <= limits.outbox_retry_max_ms * 1.25);
  assert.ok(entries()[0]?.["parked_at"]);
  assert.equal(
    local.logged.filter(({ event }) => event === "outbox.parked").length,
    1,
    "reported once",
  );
});

test("OBX-2 what is confirmed and written anew during a hand-over is not taken for what was handed over", async () => {
  const { room, local, fire, confirmThrough, entries } = anOutbox();
  for (let count = 0; count < limits.outbox_attempts - 1; count += 1) await fire();
  local.deliver = async () => {
    confirmThrough(1);
    room.says("ada", "in the meantime");
  };
  await fire();
  const [entry, ...rest] = entries();
  assert.equal(rest.length, 0);
  assert.deepEqual([entry?.["attempts"], entry?.["parked_at"]], [0, null]);
  assert.equal(entry?.["due_at"], local.now_ms + limits.outbox_gather_ms);
});

test("OBX-2 a target that is away for long costs two entries, however much is written", async () => {
  const { room, fire, entries } = anOutbox();
  for (let count = 0; count < 50; count += 1) {
    room.says("ada", `message ${count}`);
    await fire();
    assert.ok(entries().length <= 2);
  }
  assert.equal(Math.max(...entries().map((row) => Number(row["through_seq"]))), 51);
  assert.ok(entries().every((row) => Number(row["attempts"]) <= limits.outbox_attempts));
});

test("OBX-2 a target that fails costs nothing but time", async () => {
  const { local, fire } = anOutbox();
  local.deliver = async () => {
    throw new Error("the queue is down");
  };
  await fire();
  local.wake();
  local.deliver = async (through) => void local.notices.push(through);
  await fire();
  assert.deepEqual(local.notices, [1]);
});

test("OBX-2 retries are spread, so that rooms do not march in step", () => {
  const [early, late] = [retryAt(3, 0, 0), retryAt(3, 0, 0.999)];
  assert.ok(early < late);
  assert.ok(retryAt(99, 0, 0.999) <= limits.outbox_retry_max_ms * 1.25);
});

test("OBX-3 an archive with another history confirms nothing", () => {
  const { room, local, entries } = anOutbox();
  room.says("ada", "hello");
  const { epoch } = local.engine.context.room()!;
  const forged = { epoch, seq: 2, hash: room.log()[0]!.hash };
  const answer = local.engine.archive(forged);
  assert.ok(answer && !answer.ok && answer.refusal.code === "history_differs");
  assert.equal(entries().length, 1);
  assert.ok(
    local.logged.some(
      ({ event, level }) => event === "archive.history_differs" && level === "error",
    ),
  );
});

test("OBX-3 a watermark of another epoch is no confirmation, and the archive begins again", () => {
  const { room, local, entries } = anOutbox();
  const answer = local.engine.archive({
    epoch: local.newId("epoch"),
    seq: 1,
    hash: room.log()[0]!.hash,
  });
  assert.ok(answer?.ok);
  assert.deepEqual(
    answer.value.events.map((event) => event.seq),
    [1],
  );
  assert.equal(entries().length, 1);
});

test("ALM-1 the alarm is set to the next of many timers", async () => {
  const { local, tellInboxes } = anOutbox();
  await tellInboxes();
  const { alarms } = local.engine.context;
  const at = local.now_ms;
  alarms.set("late", at + 9_000);
  alarms.set("soon", at + 100);
  assert.equal(local.world.alarm_at, at + 100);
  alarms.within("soon", at + 500);
  assert.equal(local.world.alarm_at, at + 100, "an earlier time stays");
  alarms.set("soon", null);
  assert.equal(local.world.alarm_at, at + limits.outbox_gather_ms - limits.mark_gather_ms);
  assert.equal(nextAlarm([]), null);
  assert.deepEqual(
    dueTimers(
      [
        { name: "b", due_at: 2 },
        { name: "a", due_at: 1 },
        { name: "c", due_at: 3 },
      ],
      2,
    ),
    ["a", "b"],
  );
});

test("ALM-2 an alarm that comes early, twice or after a step back of the clock does no harm", async () => {
  const { local, entries } = anOutbox();
  await local.engine.alarm();
  assert.deepEqual(local.notices, [], "too early");
  assert.ok(local.world.alarm_at);
  local.now_ms += limits.outbox_gather_ms;
  await Promise.all([local.engine.alarm(), local.engine.alarm()]);
  assert.ok(local.notices.length >= 1 && entries().length === 1);
  local.now_ms -= 3_600_000;
  local.world.alarm_at = null;
  await local.engine.alarm();
  assert.ok(local.world.alarm_at, "armed again for when it is due");
});
