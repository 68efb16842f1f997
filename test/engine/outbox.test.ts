import assert from "node:assert/strict";
import { test } from "node:test";
import { limits } from "../../schema/limits.ts";
import { dueTimers, nextAlarm } from "../../durable/kernel/alarms.ts";
import { retryAt } from "../../durable/kernel/outbox.ts";
import { aRoom } from "./world.ts";

function anOutbox() {
  const room = aRoom();
  const { local } = room;
  const fire = async () => {
    local.now_ms = Math.max(local.now_ms, local.world.alarm_at ?? 0);
    local.world.alarm_at = null;
    await local.engine.alarm();
  };
  const confirmThrough = (seq: number) => {
    const { hash } = room.log()[seq - 1]!;
    const { epoch } = local.engine.context.room()!;
    return local.engine.archive({ epoch, seq, hash });
  };
  return { room, local, fire, confirmThrough };
}

test("OBX-1 an entry goes when it is confirmed, not when it is handed over", async () => {
  const { room, local, fire, confirmThrough } = anOutbox();
  room.says("ada", "hello");
  await fire();
  assert.deepEqual(local.notices, [2], "events of one gathering time go together");
  assert.equal(local.rows("outbox").length, 1);
  room.says("ada", "more");
  confirmThrough(2);
  assert.deepEqual(
    local.rows("outbox").map((row) => row["through_seq"]),
    [3],
  );
  confirmThrough(3);
  assert.deepEqual(local.rows("outbox"), []);
  assert.deepEqual(local.rows("timers"), [], "a room with nothing to do sets no alarm");
});

test("OBX-2 an entry that nobody confirms is handed over again, with growing pauses, then parked and still tried", async () => {
  const { local, fire } = anOutbox();
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
  assert.ok(local.rows("outbox")[0]?.["parked_at"]);
  assert.equal(
    local.logged.filter(({ event }) => event === "outbox.parked").length,
    1,
    "reported once",
  );
});

test("OBX-2 what is confirmed and written anew during a hand-over is not taken for what was handed over", async () => {
  const { room, local, fire, confirmThrough } = anOutbox();
  for (let count = 0; count < limits.outbox_attempts - 1; count += 1) await fire();
  local.deliver = async () => {
    confirmThrough(1);
    room.says("ada", "in the meantime");
  };
  await fire();
  const [entry, ...rest] = local.rows("outbox");
  assert.equal(rest.length, 0);
  assert.deepEqual([entry?.["attempts"], entry?.["parked_at"]], [0, null]);
  assert.equal(local.world.alarm_at, local.now_ms + limits.outbox_gather_ms);
});

test("OBX-2 a target that is away for long costs two entries, however much is written", async () => {
  const { room, local, fire } = anOutbox();
  for (let count = 0; count < 50; count += 1) {
    room.says("ada", `message ${count}`);
    await fire();
    assert.ok(local.rows("outbox").length <= 2);
  }
  assert.equal(Math.max(...local.rows("outbox").map((row) => Number(row["through_seq"]))), 51);
  assert.ok(local.rows("outbox").every((row) => Number(row["attempts"]) <= limits.outbox_attempts));
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
  const { room, local } = anOutbox();
  room.says("ada", "hello");
  const { epoch } = local.engine.context.room()!;
  const forged = { epoch, seq: 2, hash: room.log()[0]!.hash };
  const answer = local.engine.archive(forged);
  assert.ok(answer && !answer.ok && answer.refusal.code === "history_differs");
  assert.equal(local.rows("outbox").length, 1);
  assert.ok(
    local.logged.some(
      ({ event, level }) => event === "archive.history_differs" && level === "error",
    ),
  );
});

test("OBX-3 a watermark of another epoch is no confirmation, and the archive begins again", () => {
  const { room, local } = anOutbox();
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
  assert.equal(local.rows("outbox").length, 1);
});

test("ALM-1 the alarm is set to the next of many timers", () => {
  const { local } = anOutbox();
  const { alarms } = local.engine.context;
  const at = local.now_ms;
  alarms.set("late", at + 9_000);
  alarms.set("soon", at + 100);
  assert.equal(local.world.alarm_at, at + 100);
  alarms.within("soon", at + 500);
  assert.equal(local.world.alarm_at, at + 100, "an earlier time stays");
  alarms.set("soon", null);
  assert.equal(local.world.alarm_at, at + limits.outbox_gather_ms, "the outbox is next");
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
  const { local } = anOutbox();
  await local.engine.alarm();
  assert.deepEqual(local.notices, [], "too early");
  assert.ok(local.world.alarm_at);
  local.now_ms += limits.outbox_gather_ms;
  await Promise.all([local.engine.alarm(), local.engine.alarm()]);
  assert.ok(local.notices.length >= 1 && local.rows("outbox").length === 1);
  local.now_ms -= 3_600_000;
  local.world.alarm_at = null;
  await local.engine.alarm();
  assert.ok(local.world.alarm_at, "armed again for when it is due");
});
