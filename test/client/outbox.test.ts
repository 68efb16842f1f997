import { describe, expect, test } from "vitest";
import { messageIdOf } from "../../schema/ids.ts";
import { refusal } from "../../schema/refusals.ts";
import { memoryStorage, type RoomHandle } from "../../client/index.ts";
import { FakeWorld } from "./fake-world.ts";

const shown = (room: RoomHandle) =>
  room.state().messages.map(({ text, state }) => `${text ?? "–"} ${state}`);
const commands = (up: readonly string[]) =>
  up.map((text) => JSON.parse(text)).filter(({ command_id }) => command_id);

describe("the outbox", () => {
  test("CLI-12: commands go one after another, in order", async () => {
    const world = new FakeWorld();
    const { room } = await world.opens(world.ada);
    const socket = world.socketOf(world.ada);
    for (const text of ["one", "two", "three"]) room.send(text);
    expect(commands(socket.up).map(({ text }) => text)).toEqual(["one"]);
    await world.clock.advance(0);
    expect(world.room.data().messages.map(({ text }) => text)).toEqual(["one", "two", "three"]);
    expect(shown(room)).toEqual(["one sent", "two sent", "three sent"]);
  });

  test("CLI-12: after the line broke the same ids are sent again, in order", async () => {
    const world = new FakeWorld();
    const { room } = await world.opens(world.ada);
    const first = world.socketOf(world.ada);
    world.way = () => [];
    const ids = [room.send("one"), room.send("two")];
    await world.clock.advance(10);
    first.breaks();
    world.way = (frame) => [frame];
    await world.clock.advance(1_000);
    expect(commands(world.socketOf(world.ada).up).map(({ command_id }) => command_id)).toEqual([
      ids[1],
    ]);
    expect(world.room.data().messages.map(({ message_id }) => message_id)).toEqual(
      ids.map(messageIdOf),
    );
    expect(shown(room)).toEqual(["one sent", "two sent"]);
  });

  test("CLI-12: a command without an answer on a living line is sent again", async () => {
    const world = new FakeWorld();
    const { room } = await world.opens(world.ada);
    const hears = world.hears;
    world.hears = () => {};
    const id = room.send("lost on its way up");
    world.hears = hears;
    await world.clock.advance(16_000);
    expect(commands(world.socketOf(world.ada).up).map(({ command_id }) => command_id)).toEqual([
      id,
      id,
    ]);
    expect(shown(room)).toEqual(["lost on its way up sent"]);
  });

  test("CLI-13: a lost answer, then a replayed receipt: one message", async () => {
    const world = new FakeWorld();
    const { room } = await world.opens(world.ada);
    world.way = () => [];
    const id = room.send("once");
    await world.clock.advance(16_000);
    // Both the event and the answer to the first were lost; the second was answered, and lost too.
    expect(commands(world.socketOf(world.ada).up)).toHaveLength(2);
    expect(shown(room)).toEqual(["once sending"]);
    world.way = (frame) =>
      frame.type === "accepted" ? [{ ...frame, replayed: true }, frame] : [frame];
    await world.clock.advance(16_000);
    expect(shown(room)).toEqual(["once sent"]);
    world.tells(1);
    expect(shown(room)).toEqual(["once sent"]);
    expect(world.room.data().messages.map(({ message_id }) => message_id)).toEqual([
      messageIdOf(id),
    ]);
    expect(room.state()).toMatchObject({ waiting_commands: 0, proof: { faults: [] } });
  });

  test.each(["event first", "answer first"])("CLI-13: one message, %s", async (order) => {
    const world = new FakeWorld();
    const { room } = await world.opens(world.ada);
    const late: (() => void)[] = [];
    const wanted = order === "event first" ? "accepted" : "events";
    world.way = (frame, socket) =>
      frame.type === wanted ? (late.push(() => socket.down(frame)), []) : [frame];
    room.send("once");
    await world.clock.advance(0);
    expect(shown(room)).toEqual(["once sent"]);
    for (const then of late) then();
    await world.clock.advance(0);
    expect(shown(room)).toEqual(["once sent"]);
    expect(room.state().waiting_commands).toBe(0);
  });

  test("CLI-14: what waits survives a reload, and is sent by the same person only", async () => {
    const world = new FakeWorld();
    const storage = memoryStorage();
    const before = await world.opens(world.ada, storage);
    world.reachable = false;
    world.socketOf(world.ada).breaks();
    before.room.send("one");
    before.room.send("two");
    await world.clock.advance(10);
    world.reachable = true;
    const other = await world.opens(world.bo, storage);
    expect(shown(other.room)).toEqual([]);
    const after = await world.opens(world.ada, storage);
    expect(shown(after.room)).toEqual(["one sent", "two sent"]);
    expect(await storage.load(world.room.room_id, world.ada)).toEqual([]);
    await world.clock.advance(60_000);
    expect(world.room.data().messages.map(({ text, author }) => [text, author])).toEqual([
      ["one", world.ada],
      ["two", world.ada],
    ]);
    expect(shown(before.room)).toEqual(["one sent", "two sent"]);
  });

  test("CLI-14: a reload between the effect and the answer makes no second message", async () => {
    const world = new FakeWorld();
    const storage = memoryStorage();
    const before = await world.opens(world.ada, storage);
    world.way = () => [];
    before.room.send("once");
    await world.clock.advance(10);
    before.client.close();
    world.way = (frame) => [frame];
    const after = await world.opens(world.ada, storage);
    expect(shown(after.room)).toEqual(["once sent"]);
    expect(await storage.load(world.room.room_id, world.ada)).toEqual([]);
  });

  test("CLI-14: what is written while the stored ones are still read stands after them", async () => {
    const world = new FakeWorld();
    const storage = memoryStorage();
    const before = await world.opens(world.ada, storage);
    world.socketOf(world.ada).breaks();
    before.room.send("one");
    before.room.send("two");
    before.client.close();
    const client = world.client(world.ada, {
      ...storage,
      load: async (...of) => (await world.clock.advance(5), storage.load(...of)),
    });
    await client.me();
    const room = client.openRoom(world.room.room_id);
    room.send("three");
    await world.clock.advance(50);
    expect(shown(room)).toEqual(["one sent", "two sent", "three sent"]);
  });

  test("CLI-14: a store that refuses does not stop a message", async () => {
    const world = new FakeWorld();
    const broken = async () => Promise.reject(new Error("quota"));
    const { room } = await world.opens(world.ada, { load: broken, put: broken, remove: broken });
    room.send("all the same");
    await world.clock.advance(10);
    expect(shown(room)).toEqual(["all the same sent"]);
  });

  test("CLI-15: what is refused for good fails, says why, and holds nobody up", async () => {
    const world = new FakeWorld();
    const storage = memoryStorage();
    const { room } = await world.opens(world.ada, storage);
    world.refuse = (command) =>
      command.type === "send" && command.text === "bad" ? refusal("not_allowed") : null;
    const id = room.send("bad");
    room.send("good");
    await world.clock.advance(10);
    expect(shown(room)).toEqual(["good sent", "bad failed"]);
    expect(room.state().messages[1]).toMatchObject({
      pending: id,
      refusal: { code: "not_allowed" },
    });
    const reloaded = await world.opens(world.ada, storage);
    expect(shown(reloaded.room)).toEqual(["good sent", "bad failed"]);
    world.refuse = () => null;
    reloaded.room.retry(id);
    await world.clock.advance(10);
    expect(shown(reloaded.room)).toEqual(["good sent", "bad sent"]);
  });

  test("CLI-15: what failed can be discarded, and what was to be done to it goes with it", async () => {
    const world = new FakeWorld();
    const storage = memoryStorage();
    const { room } = await world.opens(world.ada, storage);
    world.refuse = () => refusal("not_allowed");
    const id = room.send("bad");
    room.edit(messageIdOf(id), "better");
    await world.clock.advance(10);
    expect(shown(room)).toEqual(["bad failed"]);
    room.discard(id);
    expect(shown(room)).toEqual([]);
    expect(await storage.load(world.room.room_id, world.ada)).toEqual([]);
  });

  test("CLI-16: told to slow down, the same command is tried again in its time, and later ones wait", async () => {
    const world = new FakeWorld();
    const { room } = await world.opens(world.ada);
    let times = 0;
    world.refuse = () =>
      (times += 1) <= 3 ? refusal("slow_down", { retry_after_ms: 2_000 }) : null;
    room.send("one");
    room.send("two");
    await world.clock.advance(1_900);
    expect(times).toBe(1);
    expect(shown(room)).toEqual(["one sending", "two sending"]);
    await world.clock.advance(20_000);
    expect(shown(room)).toEqual(["one sent", "two sent"]);
    expect(world.room.data().messages.map(({ text }) => text)).toEqual(["one", "two"]);
  });
});
