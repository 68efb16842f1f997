import { describe, expect, test, vi } from "vitest";
import type { Events } from "../../schema/frames/events.ts";
import { newId } from "../../schema/ids.ts";
import type { Receipt } from "../../schema/receipt.ts";
import { verifyHead, verifyReceipt } from "../../client/index.ts";
import { createKeyRing } from "../../client/verify.ts";
import { FakeRoom, publicKey } from "./fake-room.ts";
import { FakeWorld } from "./fake-world.ts";

const otherHash = "A".repeat(43);
const forgeries: [string, string, (frame: Events) => void][] = [
  [
    "other words",
    "body_hash",
    ({ events }) => Object.assign(events[0]?.body ?? {}, { text: "forged" }),
  ],
  [
    "another author",
    "hash",
    ({ events }) => Object.assign(events[0] ?? {}, { actor: newId("user") }),
  ],
  ["another time", "hash", ({ events }) => Object.assign(events[0] ?? {}, { at: 1 })],
  [
    "another past",
    "prev_hash",
    ({ events }) => Object.assign(events[0] ?? {}, { prev_hash: otherHash }),
  ],
  ["no salt", "body_hash", ({ events }) => Object.assign(events[0] ?? {}, { salt: null })],
  [
    "a body dropped and its hash replaced",
    "hash",
    ({ events }) =>
      Object.assign(events[0] ?? {}, { body: null, salt: null, body_hash: otherHash }),
  ],
  [
    "a body dropped and its salt kept",
    "body_hash",
    ({ events }) => Object.assign(events[0] ?? {}, { body: null }),
  ],
  ["a head with another hash", "head", ({ head }) => Object.assign(head, { hash: otherHash })],
  ["a head of another room", "head", ({ head }) => Object.assign(head, { room_id: newId("room") })],
];

async function told(forge: (frame: Events) => void) {
  const world = new FakeWorld();
  const { room, texts } = await world.opens(world.ada);
  world.room.says(world.bo, "true");
  const frame = structuredClone(world.room.frame(1));
  forge(frame);
  world.socketOf(world.ada).down(frame);
  await world.clock.advance(0);
  return { world, room, texts };
}

describe("what is not true is not believed", () => {
  test.each(forgeries)(
    "CLI-20: an event or head with %s is refused and reported",
    async (_what, kind, forge) => {
      const { world, room, texts } = await told(forge);
      expect(texts()).toEqual([]);
      expect(room.state().proof.faults).toMatchObject([{ seq: 2, kind }]);
      expect(room.state().status.name).toBe("waiting");
      await world.clock.advance(1_000);
      expect(texts()).toEqual(["true"]);
      expect(room.state().proof).toMatchObject({ complete_through: 2, faults: [{ seq: 2, kind }] });
    },
  );

  test("CLI-20: another event under a seq that is known is reported", async () => {
    const { world, room, texts } = await told(() => {});
    const frame = structuredClone(world.room.frame(1));
    for (const one of [frame.events[0], frame.head]) Object.assign(one ?? {}, { hash: otherHash });
    world.socketOf(world.ada).down(frame);
    expect(texts()).toEqual(["true"]);
    expect(room.state().proof.faults).toMatchObject([{ seq: 2, kind: "fork" }]);
  });

  test("CLI-21: a head that the deployment did not sign is reported, and not called valid", async () => {
    const { world, room } = await told(({ head }) =>
      Object.assign(head, { signature: "A".repeat(86) }),
    );
    const refused = { head: { seq: 1, verdict: "valid" }, faults: [{ seq: 2, kind: "signature" }] };
    await vi.waitFor(() => expect(room.state().proof).toMatchObject(refused));
    await world.clock.advance(1_000);
    await vi.waitFor(() =>
      expect(room.state().proof).toMatchObject({ head: { seq: 2, verdict: "valid" } }),
    );
  });

  test("CLI-21: a head by a key that nobody knows is not called valid, and asks for keys once", async () => {
    const { world, room } = await told(({ head }) => Object.assign(head, { key_id: "key-9" }));
    await vi.waitFor(() =>
      expect(room.state().proof.head).toMatchObject({ seq: 2, verdict: "unknown" }),
    );
    expect(world.requests.filter((request) => request.endsWith("/keys"))).toHaveLength(1);
  });

  test("CLI-21: a new key is asked for, at most once a minute", async () => {
    let now = 0;
    let asked = 0;
    const keyFor = createKeyRing(
      async () => ((asked += 1), { keys: asked > 1 ? [publicKey] : [] }),
      () => now,
    );
    expect([await keyFor("key-1"), await keyFor("key-1"), asked]).toEqual([null, null, 1]);
    now += 60_000;
    expect([await keyFor("key-1"), await keyFor("key-1"), asked]).toEqual([
      publicKey,
      publicKey,
      2,
    ]);
  });

  const claims: [string, (receipt: Receipt) => void][] = [
    ["another hash", (receipt) => Object.assign(receipt, { hash: otherHash })],
    ["another time", (receipt) => Object.assign(receipt, { at: 1 })],
    ["another place", (receipt) => Object.assign(receipt, { seq: 1 })],
    ["another signature", (receipt) => Object.assign(receipt.head, { signature: "A".repeat(86) })],
    [
      "another command's name",
      (receipt) => Object.assign(receipt, { command_id: newId("command") }),
    ],
    ["another author", (receipt) => Object.assign(receipt, { actor: newId("user") })],
    ["another epoch", (receipt) => Object.assign(receipt, { epoch: newId("epoch") })],
  ];
  test.each(claims)(
    "CLI-22: a receipt with %s is reported, and its command stays until an event proves it",
    async (_what, forge) => {
      const world = new FakeWorld();
      const { room } = await world.opens(world.ada);
      // Its event is late: nothing but the receipt speaks for the command.
      world.way = (frame) => {
        if (frame.type !== "accepted") return frame.type === "events" ? [] : [frame];
        const forged = structuredClone(frame);
        if (forged.receipt !== null) forge(forged.receipt);
        return [forged];
      };
      room.send("mine");
      await world.clock.advance(0);
      await vi.waitFor(() => expect(room.state().proof.faults[0]?.kind).toBe("receipt"));
      world.way = (frame) => [frame];
      await world.clock.advance(5_000);
      expect(room.state().messages.map(({ text, state }) => [text, state])).toEqual([
        ["mine", "sent"],
      ]);
      expect(world.room.data().messages).toHaveLength(1);
    },
  );

  test("CLI-22: the receipt of an own message is proved by its entry, the way to its head, and the signature", async () => {
    const world = new FakeWorld();
    const { room } = await world.opens(world.ada);
    const id = room.send("mine");
    await world.clock.advance(10);
    expect(await room.receipt(id)).toMatchObject({ verdict: "valid", receipt: { seq: 2 } });
    expect(await room.receipt(newId("command"))).toBeNull();
  });

  test("CLI-22: verifyReceipt needs every event between the entry and the head", async () => {
    const world = new FakeWorld();
    const { room } = world;
    const command_id = newId("command");
    const { receipt } = room.command(world.ada, { type: "send", command_id, text: "mine" }) as {
      receipt: Receipt;
    };
    expect(await verifyReceipt(receipt, publicKey, [])).toBe("valid");
    const after = [room.says(world.bo, "two"), room.says(world.bo, "three")];
    const later = { ...receipt, head: room.head() };
    expect(await verifyReceipt(later, publicKey, after)).toBe("valid");
    expect(await verifyReceipt(later, publicKey, after.slice(1))).toBe("forged");
    expect(await verifyReceipt(later, publicKey, after.toReversed())).toBe("forged");
    expect(await verifyReceipt({ ...receipt, hash: otherHash }, publicKey, [])).toBe("forged");
    expect(await verifyReceipt(receipt, { ...publicKey, kid: "other" }, [])).toBe("unknown");
    const stranger = new FakeRoom(world.clock.now, world.ada);
    expect(await verifyReceipt({ ...receipt, head: stranger.head() }, publicKey, [])).toBe(
      "forged",
    );
    expect(await verifyHead({ ...room.head(), seq: 7 }, publicKey)).toBe("forged");
    expect(await verifyHead({ ...room.head(), signature: "%" }, publicKey)).toBe("forged");
  });
});

describe("what can be said about the history", () => {
  test("CLI-23: complete through the newest event, verified since the first one checked here", async () => {
    const world = new FakeWorld();
    for (const text of ["one", "two"]) world.room.says(world.bo, text);
    const { room } = await world.opens(world.ada);
    expect(room.state().proof).toMatchObject({ complete_through: 3, verified_since: null });
    world.room.says(world.bo, "three");
    world.tells(3);
    expect(room.state().proof).toMatchObject({ complete_through: 4, verified_since: 4 });
    await room.verify("shown");
    expect(room.state().proof).toMatchObject({
      complete_through: 4,
      verified_since: 2,
      faults: [],
    });
    await room.verify("first");
    expect(room.state().proof).toMatchObject({
      complete_through: 4,
      verified_since: 1,
      faults: [],
    });
  });

  test("CLI-23: a long history is verified page by page", async () => {
    const world = new FakeWorld();
    for (let n = 0; n < 1_200; n += 1) world.room.says(world.bo, `${n}`);
    const { room } = await world.opens(world.ada);
    await room.verify("first");
    expect(room.state().proof).toMatchObject({
      complete_through: 1_201,
      verified_since: 1,
      faults: [],
    });
    expect(world.requests.filter((request) => request.endsWith("/events"))).toHaveLength(3);
  });

  test.each([
    ["other words", { text: "forged" }],
    ["another author", { author: newId("user") }],
    ["a deletion that never was", { text: null, deleted_at: 7 }],
    [
      "a choice that nobody made",
      { reactions: [{ emoji: "🍵", count: 1, users: [], mine: true }] },
    ],
    ["a pin that nobody set", { pinned_at: 7 }],
  ])("CLI-23: a snapshot with %s is found out", async (_what, forged) => {
    const world = new FakeWorld();
    world.room.says(world.bo, "true");
    world.way = (frame) => {
      if (frame.type === "snapshot") Object.assign(frame.messages[0] ?? {}, forged);
      return [frame];
    };
    const { room } = await world.opens(world.ada);
    await room.verify("shown");
    expect(room.state().proof).toMatchObject({
      verified_since: null,
      faults: [{ seq: 2, kind: "message" }],
    });
  });

  test("CLI-23: a history that does not lead to the head that was shown is found out", async () => {
    const world = new FakeWorld();
    world.room.says(world.bo, "true");
    const { room } = await world.opens(world.ada);
    const other = new FakeRoom(world.clock.now, world.ada, world.bo);
    Object.assign(world.room.events, other.events);
    world.room.events.length = 1;
    world.room.says(world.bo, "true");
    await room.verify("first");
    expect(room.state().proof.verified_since).toBeNull();
    expect(room.state().proof.faults).toHaveLength(1);
  });
});
