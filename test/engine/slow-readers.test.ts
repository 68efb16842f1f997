import assert from "node:assert/strict";
import { test } from "node:test";
import { closes } from "../../schema/closes.ts";
import { encodings } from "../../schema/encodings.ts";
import type { Down } from "../../schema/frames/down.ts";
import { limits } from "../../schema/limits.ts";
import { selfStore } from "../../durable/inbox/stores/self.ts";
import { createBroadcasts } from "../../durable/kernel/broadcasts.ts";
import { anInbox, heard } from "../support/local-inbox.ts";
import type { World } from "./world.ts";
import { aRoom, codesOf } from "./world.ts";

/** So many of the largest messages are just within what a reader may leave unacknowledged. */
const WITHIN = Math.floor(limits.unacked_bytes / (limits.text_bytes + 1_000));

function goesOn(room: World, messages: number): void {
  for (let count = 0; count < messages; count += 1) {
    room.says("ada", "x".repeat(limits.text_bytes));
    room.local.now_ms += 100;
  }
}

const seqs = (frames: readonly Down[]) =>
  frames.flatMap((frame) => (frame.type === "events" ? frame.events.map(({ seq }) => seq) : []));

for (const encoding of encodings)
  test(`SLW-1 SLW-2 who never acknowledges is closed, who does stays, in ${encoding}`, () => {
    const room = aRoom({ members: ["bo", "cy"] });
    const [silent, telling] = [room.comesIn("bo", encoding), room.comesIn("cy", encoding)];
    goesOn(room, WITHIN);
    assert.equal(silent.closed?.code, undefined);
    const told = seqs(telling.frames());
    room.local.receive(telling, { type: "ack", seq: told.at(-1) });
    goesOn(room, WITHIN);
    assert.equal(silent.closed?.code, closes.slow.code);
    assert.ok(silent.sent.length <= WITHIN + 2, "nothing more was put in its way");
    assert.equal(telling.closed?.code, undefined);
    told.push(...seqs(telling.frames()));
    assert.deepEqual(
      told,
      Array.from({ length: 2 * WITHIN }, (_, at) => at + 2),
    );
    assert.deepEqual([closes.slow.code, limits.unacked_bytes], [4001, 4 * 1024 * 1024]);
  });

test("SLW-2 an acknowledgement counts up to its seq and not beyond", () => {
  const room = aRoom({ members: ["bo"] });
  const bo = room.comesIn("bo");
  goesOn(room, WITHIN);
  const half = seqs(bo.frames())[Math.floor(WITHIN / 2)];
  room.local.receive(bo, { type: "ack", seq: half });
  goesOn(room, Math.floor(WITHIN / 2) - 1);
  assert.equal(bo.closed?.code, undefined);
  goesOn(room, 4);
  assert.equal(bo.closed?.code, closes.slow.code);
});

test("SLW-1 SLW-2 answers count as well, and an acknowledgement after them covers them", () => {
  const room = aRoom({ members: ["bo", "cy"] });
  goesOn(room, 14);
  const [silent, telling] = [room.comesIn("bo"), room.comesIn("cy")];
  const gap = { type: "gap", ref: "g", after: 0, through: 15 };
  for (let count = 0; count < 8; count += 1) {
    room.frame(silent, gap);
    assert.deepEqual(codesOf(room.frame(telling, gap)), ["events"]);
    room.local.receive(telling, { type: "ack", seq: 15 });
  }
  assert.equal(silent.closed?.code, closes.slow.code);
  assert.equal(telling.closed?.code, undefined);
});

test("SLW-1 who has not said where they stand is told nothing, and so is never too slow", () => {
  const room = aRoom({ members: ["bo"] });
  const waiting = room.opens("bo");
  goesOn(room, WITHIN + 4);
  assert.equal(waiting.closed?.code, undefined);
  assert.deepEqual(codesOf(room.frame(waiting, { type: "resume", position: null })), [
    "hello",
    "snapshot",
  ]);
  goesOn(room, 2);
  assert.equal(waiting.closed, null, "what was told before it went live is not held against it");
});

test("SLW-4 what is not in the log is not acknowledged, and nothing is taken back", () => {
  const room = aRoom({ members: ["bo", "cy"] });
  const [ahead, back] = [room.comesIn("bo"), room.comesIn("cy")];
  goesOn(room, WITHIN);
  const head = seqs(back.frames()).at(-1) ?? 0;
  assert.deepEqual(room.frame(ahead, { type: "ack", seq: head + 1 }).length, WITHIN);
  room.local.receive(back, { type: "ack", seq: head });
  room.local.receive(back, { type: "ack", seq: 1 });
  goesOn(room, 4);
  assert.equal(ahead.closed?.code, closes.slow.code);
  assert.equal(back.closed?.code, undefined);
  assert.deepEqual(codesOf(room.frame(back, { type: "ack", seq: -1 })).at(-1), "invalid");
});

test("SLW-5 after an eviction counting begins anew", () => {
  const room = aRoom({ members: ["bo"] });
  const bo = room.comesIn("bo");
  goesOn(room, WITHIN);
  room.local.wake();
  room.local.receive(bo, { type: "ack", seq: 2 });
  goesOn(room, WITHIN);
  assert.equal(bo.closed?.code, undefined);
  goesOn(room, 4);
  assert.equal(bo.closed?.code, closes.slow.code);
});

test("SLW-6 who was closed resumes where they were and misses nothing", () => {
  const room = aRoom({ members: ["bo"] });
  const socket = room.opens("bo");
  const [hello] = socket.frames();
  assert.ok(hello?.type === "hello");
  room.frame(socket, { type: "resume", position: null });
  const text = "x".repeat(20_000);
  while (socket.closed === null) {
    room.says("ada", text);
    room.local.now_ms += 100;
  }
  // The reader comes to what was sent before the close at last.
  const read = seqs(socket.frames());
  room.says("ada", "meanwhile");
  const again = room.opens("bo");
  again.frames();
  const position = { ...hello.position, seq: read.at(-1) ?? 0 };
  read.push(...seqs(room.frame(again, { type: "resume", position })));
  assert.deepEqual(
    read,
    room
      .log()
      .map(({ seq }) => seq)
      .slice(1),
  );
});

test("SLW-7 an inbox closes who is too slow, and its person is not there any more", async () => {
  const inbox = await anInbox();
  const [silent, telling] = [inbox.comesIn(), inbox.comesIn()];
  inbox.all.now_ms += 1_000;
  for (let count = 0; silent.closed === null && count < 200; count += 1) {
    await inbox.isIn(`room-${count}`, { name: "x".repeat(limits.text_bytes) });
    const last = heard(telling).at(-1);
    const seq = last?.type === "events" ? last.events.at(-1)?.seq : 0;
    inbox.says(telling, { type: "ack", seq });
  }
  assert.equal(silent.closed?.code, closes.slow.code);
  assert.equal(telling.closed?.code, undefined);
  assert.equal(selfStore.visits(inbox.host.sql).seen_at, inbox.all.now_ms, "until now they were");
});

test("SLW-8 what is remembered is bounded, and a reader is taken to be a little behind at most", () => {
  const broadcasts = createBroadcasts();
  const bytes = 1_000;
  for (let seq = 1; seq <= 100_000; seq += 1) broadcasts.add(bytes, seq);
  assert.equal(broadcasts.total, 100_000 * bytes);
  for (const behind of [0, 1, 17, 1_000, limits.unacked_bytes / bytes - 20]) {
    const exact = Math.floor(100_000 - behind) * bytes;
    const known = broadcasts.totalAt(Math.floor(100_000 - behind));
    assert.ok(known !== null && known <= exact, `${known} of ${exact}`);
    assert.ok(exact - known <= limits.ack_step_bytes, `${known} of ${exact}`);
  }
  assert.equal(broadcasts.totalAt(1), null, "too long ago");
  broadcasts.add(1, 100_001);
  assert.equal(broadcasts.totalAt(100_001), broadcasts.total, "who has everything is not behind");
});
