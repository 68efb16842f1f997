import assert from "node:assert/strict";
import { test } from "node:test";
import { closes } from "../../schema/closes.ts";
import { encodings } from "../../schema/encodings.ts";
import type { Down } from "../../schema/frames/down.ts";
import { limits } from "../../schema/limits.ts";
import { wire } from "../../schema/version.ts";
import { LocalSocket, callerOf, userId } from "../support/local-room.ts";
import { aRoom, codesOf } from "./world.ts";

const seqs = (frames: readonly Down[]) =>
  frames.flatMap((frame) =>
    frame.type === "events" ? frame.events.map((event) => event.seq) : [],
  );

for (const encoding of encodings)
  test(`SOC-1 the first frame says who you are here, where the log stands, and what fits, in ${encoding}`, () => {
    const room = aRoom({ members: ["bo"] });
    room.says("ada", "hello");
    const [hello, ...rest] = room.opens("bo", encoding).frames();
    assert.equal(rest.length, 0);
    assert.ok(hello?.type === "hello");
    assert.deepEqual([hello.user_id, hello.role, hello.position.seq], [userId("bo"), "member", 2]);
    assert.deepEqual(hello.limits, {
      frame_bytes: limits.frame_bytes,
      text_bytes: limits.text_bytes,
    });
  });

test("SOC-2 a ticket opens one socket, in time, and only for a member", () => {
  const { local } = aRoom();
  const opening = {
    caller: callerOf("ada"),
    room_id: local.room_id,
    version: wire.version,
    encoding: "json" as const,
    ticket_id: "once",
    ticket_expires_at: local.now_ms + 30_000,
  };
  const admit = (change: Partial<typeof opening>) => {
    const admitted = local.engine.admit({ ...opening, ...change });
    return admitted.kind === "refused" ? admitted.refusal.code : admitted.kind;
  };
  assert.equal(admit({}), "accepted");
  assert.equal(admit({}), "ticket_refused");
  local.wake();
  assert.equal(admit({}), "ticket_refused");
  assert.equal(
    admit({ ticket_id: "late", ticket_expires_at: local.now_ms - 60_000 }),
    "ticket_refused",
  );
  assert.equal(admit({ ticket_id: "foreign", caller: callerOf("dee") }), "not_found");
  local.now_ms += 3_600_000;
  assert.equal(admit({ ticket_id: "next", ticket_expires_at: local.now_ms + 30_000 }), "accepted");
  assert.deepEqual(
    local.rows("tickets").map((row) => row["ticket_id"]),
    ["next"],
    "what has expired is not kept",
  );
});

test("SOC-3 a socket hears events only after it has said where it stands", () => {
  const room = aRoom({ members: ["bo"] });
  const waiting = room.opens("bo");
  waiting.frames();
  room.says("ada", "one");
  assert.deepEqual(waiting.frames(), []);
  assert.deepEqual(codesOf(room.frame(waiting, { type: "resume", position: null })), ["snapshot"]);
  room.says("ada", "two");
  assert.deepEqual(seqs(waiting.frames()), [3]);
});

for (const encoding of encodings)
  test(`SOC-4 whoever leaves hears that they left and nothing after it, in ${encoding}`, () => {
    const room = aRoom({ members: ["bo"] });
    const [bo, ada] = [room.comesIn("bo", encoding), room.comesIn("ada")];
    const first = room.asksLater("ada", "send", { text: "opens the flush" });
    room.asksLater("bo", "leave");
    room.asksLater("ada", "send", { text: "about bo, who is gone" });
    room.local.settle();
    assert.equal(first.answers.length, 1);
    assert.deepEqual(seqs(bo.frames()), [2, 3]);
    assert.equal(bo.closed?.code, closes.removed.code);
    assert.deepEqual(seqs(ada.frames()), [2, 3, 4]);
  });

test("SOC-4 someone who leaves and is added again in one flush is asked to come back", () => {
  const room = aRoom({ members: ["bo"] });
  const bo = room.comesIn("bo");
  room.asksLater("ada", "send", { text: "opens the flush" });
  room.asksLater("bo", "leave");
  room.asksLater("ada", "add", { user_id: userId("bo") });
  room.local.settle();
  assert.equal(bo.closed?.code, closes.restarting.code);
});

for (const encoding of encodings)
  test(`SOC-5 sockets, sessions and what they may hear survive an eviction, in ${encoding}`, () => {
    const room = aRoom({ members: ["bo"] });
    const live = room.comesIn("bo", encoding);
    const waiting = room.opens("ada");
    waiting.frames();
    room.local.wake();
    const answers = room.frame(live, {
      type: "send",
      command_id: room.local.newId("command"),
      text: "still bo",
    });
    assert.deepEqual(codesOf(answers).toSorted(), ["accepted", "events"]);
    assert.equal(room.log().at(-1)?.actor, userId("bo"));
    assert.deepEqual(waiting.frames(), []);
  });

test("SOC-5 the first socket that is opened to a woken room is welcome", () => {
  const room = aRoom({ members: ["bo"] });
  const asleep = room.comesIn("ada");
  room.local.wake();
  const socket = room.opens("bo");
  assert.equal(socket.closed?.code, undefined);
  assert.deepEqual(codesOf(socket.frames()), ["hello"]);
  room.says("ada", "both are heard");
  assert.deepEqual(seqs(asleep.frames()), [2]);
});

test("SOC-4 whoever has left while the room was asleep is closed when it wakes, and hears nothing more", () => {
  const room = aRoom({ members: ["bo"] });
  const bo = room.comesIn("bo");
  // The room dies after the commit and before it has told anyone.
  room.local.step = (what) => {
    if (what === "send") throw new Error("power cut");
  };
  room.asksLater("bo", "leave");
  room.local.step = () => {};
  room.local.wake();
  room.says("ada", "not for bo");
  assert.deepEqual(bo.sent, []);
  assert.equal(bo.closed?.code, closes.removed.code);
});

test("SOC-8 a user has so many sockets in a room, and one more is refused until one is closed", () => {
  const room = aRoom({ members: ["bo"] });
  const [first] = Array.from({ length: limits.sockets_per_member }, () => room.opens("bo"));
  assert.equal(room.local.connect("bo"), "too_many_sockets");
  assert.ok(typeof room.local.connect("ada") !== "string");
  room.local.disconnect(first!);
  assert.ok(typeof room.local.connect("bo") !== "string");
});

test("FRM-6 answers are counted in bytes: whoever asks for megabytes again and again waits, and is told by ref", () => {
  const room = aRoom({ members: ["bo"] });
  for (let count = 0; count < 15; count += 1) room.says("ada", "x".repeat(limits.text_bytes));
  const [bo, ada] = [room.comesIn("bo"), room.comesIn("ada")];
  const ask = { type: "gap", ref: "all", after: 0, through: 15 };
  let told = 0;
  let frames: Down[] = [];
  for (let count = 0; count < 40 && frames[0]?.type !== "refused"; count += 1) {
    frames = room.frame(bo, ask);
    told += JSON.stringify(frames).length;
    room.frame(bo, { type: "ack", seq: 15 });
  }
  assert.ok(frames[0]?.type === "refused" && frames[0].ref === "all");
  assert.equal(frames[0].refusal.code, "slow_down");
  assert.ok(told < limits.answer_bytes_burst + 2 * limits.resume_bytes, `${told}`);
  assert.deepEqual(codesOf(room.frame(ada, ask)), ["events"], "others are not concerned");
  room.local.now_ms += 60_000;
  assert.deepEqual(codesOf(room.frame(bo, ask)), ["events"]);
});

test("SOC-6 a socket that fails on a send does not keep the others from hearing", () => {
  const room = aRoom({ members: ["bo", "cy"] });
  const [broken, fine] = [room.comesIn("bo"), room.comesIn("cy")];
  broken.send = () => {
    throw new Error("gone");
  };
  room.says("ada", "hello");
  assert.deepEqual(seqs(fine.frames()), [2]);
});

test("SES-1 an attachment that cannot be read closes its socket for a new start", () => {
  const room = aRoom();
  for (const attachment of [null, { v: 99, from: "the future" }]) {
    const socket = new LocalSocket();
    socket.save(attachment);
    room.local.world.sockets.add(socket);
    room.local.wake();
    room.says("ada", "hello");
    assert.equal(socket.closed?.code, closes.restarting.code);
    assert.deepEqual(socket.sent, []);
    room.local.world.sockets.delete(socket);
  }
});

for (const encoding of encodings)
  test(`RES-1 RES-4 a client at seq N gets exactly what follows, and then everything live, in ${encoding}`, () => {
    const room = aRoom({ members: ["bo"] });
    for (let count = 0; count < 5; count += 1) room.says("ada", `message ${count}`);
    const socket = room.opens("bo", encoding);
    const [hello] = socket.frames();
    assert.ok(hello?.type === "hello");
    const resume = (seq: number) =>
      room.frame(socket, { type: "resume", position: { ...hello.position, seq } });
    assert.deepEqual(seqs(resume(3)), [4, 5, 6]);
    room.says("ada", "live");
    assert.deepEqual(seqs(socket.frames()), [7]);
    const [nothing] = resume(7);
    assert.ok(nothing?.type === "events" && nothing.events.length === 0 && nothing.head.seq === 7);
  });

test("RES-2 without a position, of another epoch, ahead or too far behind, a client starts over", () => {
  const room = aRoom({ members: ["bo"] });
  const insert = () => room.says("ada", "x");
  for (let count = 0; count <= limits.resume_events; count += 1) {
    insert();
    room.local.now_ms += 100;
  }
  const socket = room.opens("bo");
  const [hello] = socket.frames();
  assert.ok(hello?.type === "hello");
  const { epoch, seq } = hello.position;
  const other = room.local.newId("epoch");
  const positions = [
    null,
    { epoch: other, seq: 3 },
    { epoch, seq: seq + 1 },
    { epoch, seq: seq - limits.resume_events - 1 },
  ];
  for (const position of positions) {
    const [answer, ...rest] = room.frame(socket, { type: "resume", position });
    assert.equal(rest.length, 0);
    assert.ok(answer?.type === "snapshot", JSON.stringify(position));
    assert.deepEqual([answer.position.seq, answer.head.seq], [seq, seq]);
    assert.equal(answer.messages.length, limits.page_messages);
    assert.equal(answer.messages.at(-1)?.seq, seq);
  }
  assert.equal(
    seqs(
      room.frame(socket, { type: "resume", position: { epoch, seq: seq - limits.resume_events } }),
    ).length,
    limits.resume_events,
  );
});

test("RES-2 events that are few but large start over too", () => {
  const room = aRoom({ members: ["bo"] });
  for (let count = 0; count < 17; count += 1) room.says("ada", "x".repeat(limits.text_bytes));
  const socket = room.opens("bo");
  const [hello] = socket.frames();
  assert.ok(hello?.type === "hello");
  assert.deepEqual(
    codesOf(room.frame(socket, { type: "resume", position: { ...hello.position, seq: 1 } })),
    ["snapshot"],
  );
});

for (const encoding of encodings)
  test(`RES-3 a gap is answered under its ref, in ${encoding}`, () => {
    const room = aRoom({ members: ["bo"] });
    for (let count = 0; count < 5; count += 1) room.says("ada", `message ${count}`);
    const [answer] = room.frame(room.comesIn("bo", encoding), {
      type: "gap",
      ref: "g1",
      after: 2,
      through: 4,
    });
    assert.ok(answer?.type === "events" && answer.ref === "g1");
    assert.deepEqual(seqs([answer]), [3, 4]);
  });
