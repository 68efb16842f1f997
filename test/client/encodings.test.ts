import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { cbor } from "../../client/binary.ts";
import { closes } from "../../schema/closes.ts";
import { encodings, json } from "../../schema/encodings.ts";
import { limits } from "../../schema/limits.ts";
import { subprotocol, wire } from "../../schema/version.ts";
import { importsOf, targetOf } from "../../scripts/check/syntax.ts";
import { FakeWorld, type FakeSocket } from "./fake-world.ts";

const codecs = { json, cbor };
const acksOf = (socket: FakeSocket) => socket.up.filter((text) => text.includes('"ack"'));
/** Large ones, of which a few dozen make a reader acknowledge. */
const TEXT = "x".repeat(20_000);

function goesOn(world: FakeWorld, messages: number): void {
  for (let count = 0; count < messages; count += 1) {
    world.room.says(world.bo, TEXT);
    world.tells(world.room.events.length - 1);
  }
}

test.each(encodings)("ENC-7 the SDK writes and reads what it was handed: %s", async (encoding) => {
  const world = new FakeWorld();
  world.codec = codecs[encoding];
  const { room, texts } = await world.opens(world.ada);
  const socket = world.socketOf(world.ada);
  expect(socket.protocols[0]).toBe(subprotocol(wire.version, encoding));
  expect(wire.version === 3 && socket.protocols[0]).toBe(
    encoding === "json" ? "quoth.v3" : "quoth.v3.cbor",
  );
  room.send("from here, \ufeff✓");
  world.room.says(world.bo, "from there, \ufeff✓");
  world.tells(1);
  await world.clock.advance(1_000);
  expect(texts()).toEqual(["from there, \ufeff✓", "from here, \ufeff✓"]);
  expect(room.state().proof.faults).toEqual([]);
  // What cannot be read is passed over, and the heartbeat is text in either.
  socket.down("{");
  await world.clock.advance(30_000);
  expect(socket.up.at(-1)).toBe("ping");
  expect(room.state().status.name).toBe("online");
});

test("ENC-7 who does not ask for CBOR loads nothing of it", () => {
  const root = join(import.meta.dirname, "../..");
  const seen = new Set<string>();
  const load = (path: string): void => {
    if (seen.has(path)) return;
    seen.add(path);
    for (const { from } of importsOf({ path, text: readFileSync(join(root, path), "utf8") })) {
      const target = targetOf(path, from);
      if (target === null) seen.add(from);
      else load(target);
    }
  };
  for (const path of ["client/index.ts", "client/inbox.ts", "client/account.ts"]) load(path);
  expect(seen).toContain("schema/encodings.ts");
  expect([...seen].filter((name) => name.includes("cbor"))).toEqual([]);
  load("client/binary.ts");
  expect(seen).toContain("cborg");
});

test.each(encodings)(
  "SLW-3 a reader says how far they are when they have received much, and not before: %s",
  async (encoding) => {
    const world = new FakeWorld();
    world.codec = codecs[encoding];
    await world.opens(world.ada);
    const socket = world.socketOf(world.ada);
    goesOn(world, Math.floor(limits.ack_every_bytes / 2 / TEXT.length) - 1);
    await world.clock.advance(100_000);
    expect(acksOf(socket)).toEqual([]);
    goesOn(world, Math.ceil(limits.ack_every_bytes / 2 / TEXT.length));
    await world.clock.advance(10);
    const [ack, ...more] = acksOf(socket);
    expect(more).toEqual([]);
    const { seq } = JSON.parse(ack ?? "{}") as { seq: number };
    expect(seq).toBeLessThanOrEqual(world.room.events.length);
    expect(seq * TEXT.length).toBeGreaterThan(limits.ack_every_bytes / 2);
    goesOn(world, Math.ceil(limits.ack_every_bytes / TEXT.length));
    await world.clock.advance(10);
    expect(world.acks.length).toBe(2);
    expect(world.acks[1]).toBeGreaterThan(seq);
  },
);

test("SLW-3 what has come and could not be applied is not acknowledged", async () => {
  const world = new FakeWorld();
  await world.opens(world.ada);
  // One frame is lost on its way, and every answer to a question about it.
  world.way = (frame) => (frame.type === "events" && frame.events[0]?.seq === 3 ? [] : [frame]);
  goesOn(world, Math.ceil(limits.ack_every_bytes / TEXT.length));
  await world.clock.advance(10);
  expect(world.acks).toEqual([2]);
});

test("SLW-6 a reader who was closed as too slow comes back and misses nothing", async () => {
  const world = new FakeWorld();
  const { room, texts } = await world.opens(world.ada);
  world.room.says(world.bo, "heard");
  world.tells(1);
  world.socketOf(world.ada).breaks(closes.slow.code);
  world.room.says(world.bo, "missed");
  await world.clock.advance(1_000);
  expect(room.state().status.name).toBe("online");
  expect(world.socketOf(world.ada).up[0]).toContain('"seq":2');
  expect(texts()).toEqual(["heard", "missed"]);
});
