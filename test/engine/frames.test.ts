import assert from "node:assert/strict";
import { test } from "node:test";
import { cbor } from "../../schema/cbor.ts";
import { closes } from "../../schema/closes.ts";
import { encodings, sizeOf } from "../../schema/encodings.ts";
import { limits } from "../../schema/limits.ts";
import { aRoom, codeOf, codesOf } from "./world.ts";

/** What is wrong with the words, in whatever encoding they come. */
const wrong = (send: object): [string, unknown][] => [
  ["bad_frame", []],
  ["bad_frame", { text: "no type" }],
  ["bad_frame", { type: 7 }],
  ["unknown_command", { type: "obey" }],
  ["unknown_command", { ...send, type: "create", kind: "group", name: "over a socket" }],
  ["unknown_command", { type: "__proto__" }],
  ["invalid", { ...send, text: 7 }],
  ["invalid", { ...send, text: "" }],
  ["invalid", { ...send, text: " \n " }],
  ["invalid", { ...send, command_id: "command_1" }],
  ["invalid", { ...send, command_id: undefined }],
  ["invalid", { ...send, actor: "user_someone-else" }],
  ["invalid", { ...send, seq: 1 }],
  ["invalid", { ...send, type: "edit", message_id: "x" }],
  ["invalid", { type: "resume", position: 7 }],
  ["invalid", { type: "resume", position: { epoch: "e", seq: 1 } }],
  ["invalid", { type: "gap", ref: "g", after: -1, through: 2 }],
  ["invalid", { type: "gap", ref: "g", after: 1.5, through: 2 }],
  ["invalid", { type: "gap", ref: "x".repeat(65), after: 1, through: 2 }],
  ["text_too_long", { ...send, text: "x".repeat(limits.text_bytes + 1) }],
  ["too_large", { ...send, text: "x".repeat(limits.frame_bytes) }],
];
/** What is no JSON, or none of an object. What is no CBOR is in encodings.test.ts. */
const noFrames = ["{", "", "null", "[]", "7", "[".repeat(100_000)];

for (const encoding of encodings)
  test(`FRM-1 FRM-4 ENC-2 each kind of bad frame has its refusal, stores nothing, and the next good one works, in ${encoding}`, () => {
    const room = aRoom({ members: ["bo"] });
    const socket = room.comesIn("bo", encoding);
    const before = room.dump();
    const send = { type: "send", command_id: room.local.newId("command"), text: "hello" };
    const cases = [
      ...wrong(send),
      ...noFrames.map((text): [string, string] => ["bad_frame", text]),
    ];
    // JSON can say half of a pair; what writes CBOR has put something else in its place.
    if (encoding === "json") cases.push(["invalid", { ...send, text: "\ud800" }]);
    for (const [code, frame] of cases) {
      assert.deepEqual(
        codesOf(room.frame(socket, frame)),
        [code],
        JSON.stringify(frame).slice(0, 80),
      );
    }
    assert.deepEqual(room.dump(), before);
    assert.equal(socket.closed, null);
    assert.deepEqual(codesOf(room.frame(socket, send)).toSorted(), ["accepted", "events"]);
  });

test("FRM-2 a frame of exactly 128 KiB is read, and one byte more is too large", () => {
  const room = aRoom();
  const socket = room.comesIn("ada");
  const padded = (bytes: number) => {
    const frame = JSON.stringify({ type: "gap", ref: "g", after: 0, through: 1 });
    return frame + " ".repeat(bytes - frame.length);
  };
  assert.deepEqual(codesOf(room.frame(socket, padded(limits.frame_bytes))), ["events"]);
  assert.deepEqual(codesOf(room.frame(socket, padded(limits.frame_bytes + 1))), ["too_large"]);
  assert.deepEqual(codesOf(room.frame(socket, `"${"ä".repeat(limits.frame_bytes / 2)}"`)), [
    "too_large",
  ]);
  assert.equal(socket.closed, null);
});

test("FRM-2 a frame of bytes of exactly 128 KiB is read, and one byte more is too large", () => {
  const room = aRoom();
  const socket = room.comesIn("ada", "cbor");
  const sized = (bytes: number) => {
    const frame = { type: "gap", ref: "", after: 0, through: 1 };
    const spare = bytes - sizeOf(cbor.encode({ ...frame, ref: "x".repeat(100_000) })) + 100_000;
    return { ...frame, ref: "x".repeat(spare) };
  };
  assert.equal(sizeOf(cbor.encode(sized(limits.frame_bytes))), limits.frame_bytes);
  assert.deepEqual(codesOf(room.frame(socket, sized(limits.frame_bytes))), ["invalid"]);
  assert.deepEqual(codesOf(room.frame(socket, sized(limits.frame_bytes + 1))), ["too_large"]);
  assert.equal(socket.closed, null);
});

for (const encoding of encodings)
  test(`FRM-3 a refusal names what it answers and does not repeat what was sent, in ${encoding}`, () => {
    const room = aRoom();
    const socket = room.comesIn("ada", encoding);
    const command_id = room.local.newId("command");
    const [refused] = room.frame(socket, { type: "send", command_id, text: ["secret"], ref: "r1" });
    assert.ok(refused?.type === "refused");
    assert.deepEqual(
      [refused.command_id, refused.ref, refused.refusal.field],
      [command_id, "r1", "text"],
    );
    assert.ok(!JSON.stringify(refused).includes("secret"));
    const [unnamed] = room.frame(socket, {
      type: "send",
      command_id: { deep: "secret" },
      text: "x",
    });
    assert.ok(unnamed?.type === "refused" && unnamed.command_id === undefined);
  });

test("FRM-4 fifty bad frames in a row end the socket, and only that one", () => {
  const room = aRoom({ members: ["bo"] });
  const [bad, good] = [room.comesIn("bo"), room.comesIn("ada")];
  for (let count = 1; count < limits.bad_frames; count += 1) room.frame(bad, "{");
  room.frame(bad, { type: "gap", ref: "g", after: 0, through: 1 });
  for (let count = 1; count < limits.bad_frames; count += 1) room.frame(bad, "{");
  assert.equal(bad.closed?.code, undefined);
  room.frame(bad, "{");
  assert.equal(bad.closed?.code, closes.too_many_bad_frames.code);
  assert.equal(good.closed?.code, undefined);
});

test("FRM-5 ten thousand tiny frames in a second cost few answers, and the socket lives", () => {
  const room = aRoom();
  const socket = room.comesIn("ada");
  for (let count = 0; count < 10_000; count += 1)
    room.local.receive(socket, { type: "gap", ref: "g", after: 0, through: 1 });
  const codes = codesOf(socket.frames());
  assert.equal(
    codes.filter((code) => code === "events").length,
    limits.frames_burst - 1,
    "one was used to say where it stands",
  );
  assert.equal(codes.filter((code) => code === "slow_down").length, 1, "told once a second");
  assert.equal(socket.closed, null);
  room.local.now_ms += 60_000;
  assert.deepEqual(codesOf(room.frame(socket, { type: "gap", ref: "g", after: 0, through: 1 })), [
    "events",
  ]);
});

test("FRM-5 too many commands of one user are told when to come back, and others are not concerned", () => {
  const room = aRoom({ members: ["bo"] });
  const codes = Array.from({ length: limits.commands_burst + 5 }, () =>
    codeOf(room.asks("ada", "send", { text: "again" })),
  );
  assert.equal(
    codes.filter((code) => code === "slow_down").length,
    6,
    "one was used to create the room",
  );
  const refused = room.asks("ada", "send", { text: "again" });
  assert.ok(!refused.ok);
  const { retryable, retry_after_ms = 0 } = refused.refusal;
  assert.ok(retryable && retry_after_ms > 0);
  assert.equal(codeOf(room.asks("bo", "send", { text: "mine" })), "accepted");
  room.local.now_ms += retry_after_ms;
  assert.equal(codeOf(room.asks("ada", "send", { text: "again" })), "accepted");
});
