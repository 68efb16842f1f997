import assert from "node:assert/strict";
import { test } from "node:test";
import { createFlush } from "../../durable/kernel/flush.ts";
import { aRoom, codeOf, codesOf } from "./world.ts";

function turns() {
  const later: (() => void)[] = [];
  return {
    later: (work: () => void) => void later.push(work),
    next: () => later.shift()?.(),
    waiting: () => later.length,
  };
}

test("FAN-1 a lone command is committed and told in the turn in which it arrives", () => {
  const room = aRoom({ members: ["bo"] });
  room.local.settle();
  const bo = room.comesIn("bo");
  const { answers } = room.asksLater("ada", "send", { text: "alone" });
  assert.deepEqual(answers.map(codeOf), ["accepted"]);
  assert.deepEqual(codesOf(bo.frames()), ["events"]);
});

test("FAN-2 what arrives while a flush is pending shares a transaction, a signature and a frame", () => {
  const room = aRoom({ members: ["bo"] });
  room.local.settle();
  const bo = room.comesIn("bo");
  let transactions = 0;
  const { exec } = room.local.world.db;
  room.local.world.db.exec = function count(text: string) {
    if (text === "COMMIT") transactions += 1;
    return exec.call(room.local.world.db, text);
  };
  room.asksLater("ada", "send", { text: "opens the flush" });
  bo.frames();
  const before = { heads: room.local.rows("heads").length, transactions };
  for (let count = 0; count < 100; count += 1)
    room.asksLater("ada", "send", { text: `message ${count}` });
  room.local.settle();
  assert.equal(transactions - before.transactions, 1);
  assert.equal(room.local.rows("heads").length - before.heads, 1);
  const [frame, ...rest] = bo.frames();
  assert.equal(rest.length, 0);
  assert.ok(frame?.type === "events" && frame.events.length === 100);
  assert.equal(frame.head.seq, frame.events.at(-1)?.seq);
});

test("FAN-2 a frame is encoded once, however many sockets hear it", () => {
  const names = Array.from({ length: 50 }, (_, index) => `listener-${index}`);
  const room = aRoom({ members: names });
  const sockets = names.map((name) => room.comesIn(name));
  const stringify = JSON.stringify;
  let encodings = 0;
  JSON.stringify = ((...values: Parameters<typeof stringify>) => {
    const text = stringify(...values);
    if (text?.startsWith('{"type":"events"')) encodings += 1;
    return text;
  }) as typeof stringify;
  try {
    room.says("ada", "to all of you");
  } finally {
    JSON.stringify = stringify;
  }
  assert.equal(encodings, 1);
  for (const socket of sockets) assert.equal(socket.frames().length, 1);
});

test("FAN-3 a flush takes no more than its bounds, and the rest follows in order", () => {
  const clock = turns();
  const batches: string[][] = [];
  const bounds = { items: 3, bytes: 10, bytesOf: (text: string) => text.length };
  const flush = createFlush<string>(clock, bounds, (batch) => void batches.push(batch));
  for (const item of ["first", "a", "b", "c", "d", "sixbytes", "more", "x".repeat(99), "z"])
    flush.push(item);
  while (clock.waiting()) clock.next();
  assert.deepEqual(batches, [
    ["first"],
    ["a", "b", "c"],
    ["d", "sixbytes"],
    ["more"],
    ["x".repeat(99)],
    ["z"],
  ]);
  flush.push("idle again");
  assert.deepEqual(batches.at(-1), ["idle again"]);
});

test("FAN-3 a batch that throws leaves none behind it lying", () => {
  const clock = turns();
  const done: string[] = [];
  const bounds = { items: 1, bytes: 10, bytesOf: () => 1 };
  const flush = createFlush<string>(clock, bounds, ([item]) => {
    if (item === "bad") throw new Error("bad");
    if (item !== undefined) done.push(item);
  });
  flush.push("one");
  flush.push("bad");
  flush.push("two");
  assert.throws(() => clock.next());
  while (clock.waiting()) clock.next();
  assert.deepEqual(done, ["one", "two"]);
});

test("FAN-4 a crash before the commit leaves no trace, and one after it loses no event", () => {
  let survived = 0;
  for (let at = 1; ; at += 1) {
    const room = aRoom({ members: ["bo"] });
    room.local.settle();
    const bo = room.comesIn("bo");
    const before = room.dump();
    const asked = { command_id: room.local.newId("command"), text: "hello" };
    let steps = 0;
    let committed = false;
    room.local.step = (what) => {
      steps += 1;
      if (what === "send") committed = true;
      if (steps === at) throw new Error("power cut");
    };
    const { answers } = room.asksLater("ada", "send", asked);
    room.local.step = () => {};
    if (steps < at) break;
    assert.ok(!answers.some((answer) => answer.ok) || committed, "told only what is committed");
    if (!committed) assert.deepEqual(bo.frames(), []);
    room.local.wake();
    const logged = room.log().filter((event) => event.command_id === asked.command_id);
    if (logged.length === 0)
      assert.deepEqual(room.dump(), before, `nothing half done at step ${at}`);
    else survived += 1;
    const again = room.asks("ada", "send", asked);
    assert.ok(again.ok && again.value.replayed === (logged.length === 1));
    assert.equal(room.log().filter((event) => event.command_id === asked.command_id).length, 1);
  }
  assert.ok(survived > 0, "some crashes came after the commit");
});
