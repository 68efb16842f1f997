import { deepEqual } from "node:assert";
import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { cbor } from "../../schema/cbor.ts";
import type { Encoding } from "../../schema/encodings.ts";
import { encodings, json } from "../../schema/encodings.ts";
import { limits } from "../../schema/limits.ts";
import { codecs } from "../../durable/kernel/codecs.ts";
import { asReceived } from "../support/as-received.ts";
import { anInbox } from "../support/local-inbox.ts";
import type { LocalSocket } from "../support/local-room.ts";
import { aRoom, codesOf } from "./world.ts";

const bytes = (...parts: (number | string | readonly number[])[]): ArrayBuffer => {
  const flat = parts.flatMap((part) =>
    typeof part === "string" ? [...new TextEncoder().encode(part)] : part,
  );
  return new Uint8Array(flat).buffer;
};
/** `{"type": "gap", "ref": …}`, as far as a ref that may be anything. */
const GAP = [0xa2, 0x64, "type", 0x63, "gap", 0x63, "ref"] as const;
const written = (frame: object) => asReceived(cbor.encode(frame)) as ArrayBuffer;

test("ENC-2 every frame is the same in both encodings", () => {
  const unit = "binary";
  const value = fc.jsonValue({ maxDepth: 6, stringUnit: unit });
  fc.assert(
    fc.property(fc.dictionary(fc.string({ unit }), value), (frame) => {
      const meant = JSON.parse(JSON.stringify(frame)) as unknown;
      assert.deepEqual(cbor.decode(written(frame)), meant);
      assert.deepEqual(json.decode(json.encode(frame) as string), meant);
    }),
    { numRuns: 500, seed: 1 },
  );
});

test("ENC-2 text arrives letter by letter: byte order marks, replacement characters, astral ones", () => {
  for (const text of [
    "\ufeffmarked",
    `\ufeff${"long ".repeat(50)}`,
    "\ufffd",
    `${"x".repeat(300)}\ufffd`,
    "𝕏 𐍈 ✓",
    "ｅ",
    "",
  ]) {
    assert.deepEqual(cbor.decode(written({ text })), { text });
  }
  assert.deepEqual(cbor.decode(written({ left_out: undefined, type: "x" })), { type: "x" });
});

test("ENC-2 who speaks bytes and who speaks text hear the same", () => {
  const room = aRoom({ members: ["bo", "cy"] });
  const [inText, inBytes] = [room.comesIn("bo"), room.comesIn("cy", "cbor")];
  const command_id = room.local.newId("command");
  const answers = room.frame(inBytes, { type: "send", command_id, text: "hällo ✓" });
  assert.deepEqual(codesOf(answers), ["accepted", "events"]);
  assert.deepEqual(inText.frames(), answers.slice(1));
  const ask = { type: "gap", ref: "g", after: 0, through: 2 };
  room.local.receive(inBytes, ask);
  assert.ok(inBytes.sent.every((data) => data instanceof Uint8Array));
  assert.deepEqual(inBytes.frames(), room.frame(inText, ask));
});

test("ENC-3 of CBOR only what JSON has is read, and the next frame on the same line works", () => {
  const room = aRoom();
  const socket = room.comesIn("ada", "cbor");
  const nan = [0xf9, 0x7e, 0x00];
  const cases: Record<string, ArrayBuffer> = {
    nothing: bytes(),
    "a break": bytes(0xff),
    "bytes that break off": written({ type: "gap" }).slice(0, -1),
    "bytes after the frame": bytes([...new Uint8Array(written({ type: "gap" }))], 0x00),
    "two frames": bytes([...new Uint8Array(written({ type: "gap" }))], [0xa0]),
    "a length that is not there": bytes(0xbb, [0, 0, 0, 1, 0, 0, 0, 0]),
    "an array of four thousand million": bytes(...GAP, 0x9a, [0xff, 0xff, 0xff, 0xff]),
    "a number as a key": bytes(0xa2, 0x64, "type", 0x63, "gap", 0x01, 0x01),
    "an array as a key": bytes(0xa1, 0x80, 0x01),
    "a key twice": bytes(0xa2, 0x64, "type", 0x63, "gap", 0x64, "type", 0x63, "gap"),
    "a byte string": bytes(...GAP, 0x41, 0x00),
    "a byte string as a key": bytes(0xa1, 0x44, "type", 0x63, "gap"),
    undefined: bytes(...GAP, 0xf7),
    NaN: bytes(...GAP, nan),
    infinity: bytes(...GAP, [0xf9, 0x7c, 0x00]),
    "an integer beyond 2^53": bytes(...GAP, 0x1b, [0, 0x20, 0, 0, 0, 0, 0, 1]),
    "a bignum": bytes(...GAP, 0xc2, 0x41, 0x01),
    "a date": bytes(...GAP, 0xc1, 0x01),
    "a simple value": bytes(...GAP, 0xf8, 0xff),
    "text of indefinite length": bytes(...GAP, 0x7f, 0x61, "g", 0xff),
    "a map of indefinite length": bytes(0xbf, 0x64, "type", 0x63, "gap", 0xff),
    "text that is not UTF-8": bytes(...GAP, 0x62, [0xc3, 0x28]),
    "text that breaks off within a letter": bytes(...GAP, 0x61, 0xc3),
    "half a pair": bytes(...GAP, 0x63, [0xed, 0xa0, 0x80]),
    "a key that is not UTF-8": bytes(0xa2, 0x64, "type", 0x63, "gap", 0x61, 0xff, 0x01),
    "long text that is not UTF-8": bytes(...GAP, 0x78, 0x40, "x".repeat(63), 0xff),
    "an array": bytes(0x80),
    "a text": bytes(0x63, "gap"),
  };
  for (const [what, data] of Object.entries(cases)) {
    assert.deepEqual(codesOf(room.frame(socket, data)), ["bad_frame"], what);
    const good = { type: "gap", ref: "g", after: 0, through: 1 };
    assert.deepEqual(codesOf(room.frame(socket, good)), ["events"], what);
  }
});

test("ENC-3 whatever is made of a frame on its way, what is read of it JSON can say too", () => {
  const frame = { type: "send", command_id: "ä", text: "\ufeff", list: [1, -2.5, null, true, {}] };
  const whole = new Uint8Array(written(frame));
  const change = fc.tuple(fc.nat({ max: whole.length - 1 }), fc.nat({ max: 255 }));
  let refused = 0;
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), (changes) => {
      const data = whole.slice();
      for (const [at, byte] of changes) data[at] = byte;
      let value: unknown;
      try {
        value = cbor.decode(data.buffer);
      } catch {
        refused += 1;
        return;
      }
      // Loosely, since JSON drops the sign of a zero.
      deepEqual(JSON.parse(JSON.stringify(value)), value);
    }),
    { numRuns: 3_000, seed: 1 },
  );
  assert.ok(refused > 300 && refused < 2_900, `${refused}`);
});

test("ENC-4 bytes on a line of text, and text on a line of bytes, are no frames", () => {
  const room = aRoom();
  const gap = { type: "gap", ref: "g", after: 0, through: 1 };
  const [inText, inBytes] = [room.comesIn("ada"), room.comesIn("ada", "cbor")];
  assert.deepEqual(codesOf(room.frame(inText, written(gap))), ["bad_frame"]);
  assert.deepEqual(codesOf(room.frame(inText, new ArrayBuffer(8))), ["bad_frame"]);
  assert.deepEqual(codesOf(room.frame(inBytes, JSON.stringify(gap))), ["bad_frame"]);
  const large = limits.frame_bytes + 1;
  assert.deepEqual(codesOf(room.frame(inText, new ArrayBuffer(large))), ["too_large"]);
  assert.deepEqual(codesOf(room.frame(inBytes, "x".repeat(large))), ["too_large"]);
});

/** As deep as fits in a frame: an array in an array, or each the value of a key. */
const deepest: Record<Encoding, [string, string | ArrayBuffer][]> = {
  json: [
    ["opened", "[".repeat(limits.frame_bytes)],
    ["closed", "[".repeat(65_536) + "]".repeat(65_536)],
    ["of objects", `${'{"a":'.repeat(21_000)}1${"}".repeat(21_000)}`],
    ["in a frame", `{"type":"gap","ref":${"[".repeat(60_000)}${"]".repeat(60_000)}}`],
  ],
  cbor: [
    ["opened", new Uint8Array(limits.frame_bytes).fill(0x81).buffer],
    ["closed", new Uint8Array(limits.frame_bytes).fill(0x81).fill(0x80, -1).buffer],
    ["of maps", bytes(Array.from({ length: 40_000 }, () => [0xa1, 0x61, 0x61]).flat(), 0x01)],
    ["in keys", new Uint8Array(limits.frame_bytes).fill(0xa1).buffer],
    ["of tags", new Uint8Array(limits.frame_bytes).fill(0xc1).buffer],
    [
      "in a frame",
      bytes(
        ...GAP,
        Array.from({ length: 60_000 }, () => 0x81),
        0x80,
      ),
    ],
  ],
};
const nested = (levels: number): unknown => (levels === 0 ? "x" : [nested(levels - 1)]);

for (const encoding of encodings)
  test(`ENC-5 however deep a frame is, it costs a refusal, in ${encoding}`, async () => {
    const room = aRoom();
    const socket = room.comesIn("ada", encoding);
    const inbox = await anInbox();
    const line = inbox.opens("ada", { ...inbox.opening(), encoding });
    assert.ok(typeof line !== "string");
    line.frames();
    for (const [what, data] of deepest[encoding]) {
      assert.deepEqual(codesOf(room.frame(socket, data)), ["bad_frame"], what);
      inbox.engine.receive(inbox.host.socket(line), data);
      assert.deepEqual(codesOf(line.frames()), ["bad_frame"], what);
    }
    const gap = (levels: number) => ({ type: "gap", ref: nested(levels), after: 0, through: 1 });
    assert.deepEqual(codesOf(room.frame(socket, gap(limits.frame_depth - 1))), ["invalid"]);
    assert.deepEqual(codesOf(room.frame(socket, gap(limits.frame_depth))), ["bad_frame"]);
    assert.equal(socket.closed, null);
  });

test("ENC-5 the codec itself goes no deeper: the SDK reads with it, and has nobody to look first", () => {
  for (const [what, data] of deepest.cbor)
    assert.throws(() => cbor.decode(data), /nested too deeply|tag not supported/, what);
  const frame = { value: nested(limits.frame_depth - 1) };
  assert.deepEqual(cbor.decode(written(frame)), frame);
});

test("ENC-1 a socket still speaks its encoding after an eviction, on rooms and inboxes", async () => {
  const room = aRoom({ members: ["bo"] });
  const [inText, inBytes] = [room.comesIn("bo"), room.comesIn("bo", "cbor")];
  room.local.wake();
  room.says("ada", "still here");
  assert.deepEqual(kinds(inText), ["text"]);
  assert.deepEqual(kinds(inBytes), ["bytes"]);
  const gap = { type: "gap", ref: "g", after: 0, through: 1 };
  assert.deepEqual(codesOf(room.frame(inBytes, gap)), ["events", "events"]);

  const inbox = await anInbox();
  const line = inbox.opens("ada", { ...inbox.opening(), encoding: "cbor" });
  assert.ok(typeof line !== "string");
  inbox.says(line, { type: "resume", position: null });
  inbox.wake();
  await inbox.isIn("raven");
  assert.deepEqual(kinds(line), ["bytes"]);
  assert.deepEqual(codesOf(line.frames()), ["events"]);
});

const kinds = ({ sent }: LocalSocket) =>
  sent.map((data) => (typeof data === "string" ? "text" : "bytes"));

test("ENC-6 what everyone hears is encoded once for each encoding that somebody live speaks", () => {
  const room = aRoom({ members: ["bo", "cy"] });
  /** How often a message is encoded on its way to everyone. */
  const told = (): Record<Encoding, number> => {
    const count = { json: 0, cbor: 0 };
    const real = encodings.map((encoding) => codecs[encoding].encode);
    for (const encoding of encodings) {
      const { encode } = codecs[encoding];
      // Who is here changes beside it, and is told by itself.
      const counts = (frame: object) => Number("type" in frame && frame.type === "events");
      const counted = (frame: object) => ((count[encoding] += counts(frame)), encode(frame));
      Object.assign(codecs[encoding], { encode: counted });
    }
    room.says("ada", "once");
    encodings.forEach((encoding, at) => Object.assign(codecs[encoding], { encode: real[at] }));
    return count;
  };
  assert.deepEqual(told(), { json: 0, cbor: 0 }, "nobody is here");
  room.opens("bo", "cbor");
  assert.deepEqual(told(), { json: 0, cbor: 0 }, "nobody is live");
  const inText = [room.comesIn("bo"), room.comesIn("cy"), room.comesIn("cy")];
  assert.deepEqual(told(), { json: 1, cbor: 0 });
  for (const name of ["bo", "cy", "cy"]) room.comesIn(name, "cbor");
  assert.deepEqual(told(), { json: 1, cbor: 1 });
  for (const socket of inText) room.local.disconnect(socket);
  assert.deepEqual(told(), { json: 0, cbor: 1 });
});
