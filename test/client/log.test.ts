import { describe, expect, test } from "vitest";
import type { Down } from "../../schema/frames/down.ts";
import { newId } from "../../schema/ids.ts";
import { limits } from "../../schema/limits.ts";
import { HELD_EVENTS } from "../../client/log.ts";
import { FakeRoom } from "./fake-room.ts";
import { FakeWorld } from "./fake-world.ts";

/** Three things that bo says, each in a frame of its own. */
async function threeFrames() {
  const world = new FakeWorld();
  const opened = await world.opens(world.ada);
  const socket = world.socketOf(world.ada);
  const frames = ["one", "two", "three"].map((text) => {
    const { seq } = world.room.says(world.bo, text);
    return world.room.frame(seq - 1, seq);
  });
  const [one, two, three] = frames as [Down, Down, Down];
  return { world, socket, one, two, three, ...opened };
}

const gaps = (up: readonly string[]) =>
  up.filter((text) => text.includes('"gap"')).map((text) => JSON.parse(text));

describe("the log as a client follows it", () => {
  test("CLI-6: a frame that comes twice is applied once", async () => {
    const { socket, one, two, three, texts, room } = await threeFrames();
    for (const frame of [one, one, two, one, three, two, three]) socket.down(frame);
    expect(texts()).toEqual(["one", "two", "three"]);
    expect(room.state().proof).toMatchObject({ complete_through: 4, faults: [] });
  });

  test("CLI-6: frames in the wrong order are applied in the right one", async () => {
    const { socket, one, two, three, texts, room } = await threeFrames();
    socket.down(three);
    expect(texts()).toEqual([]);
    expect(room.state().proof.complete_through).toBe(1);
    socket.down(one);
    expect(texts()).toEqual(["one"]);
    socket.down(two);
    expect(texts()).toEqual(["one", "two", "three"]);
  });

  test("CLI-7: what is missing before a later event is asked for at once, and one time", async () => {
    const { world, socket, two, three, texts } = await threeFrames();
    socket.down(two);
    socket.down(three);
    expect(gaps(socket.up)).toEqual([{ type: "gap", ref: "gap-1", after: 1, through: 2 }]);
    await world.clock.advance(0);
    expect(texts()).toEqual(["one", "two", "three"]);
  });

  test("CLI-7: a partial answer leads to the next question", async () => {
    const { world, socket, three, texts } = await threeFrames();
    world.way = (frame) =>
      frame.type === "events" && frame.ref
        ? [{ ...frame, events: frame.events.slice(0, 1) }]
        : [frame];
    socket.down(three);
    await world.clock.advance(0);
    expect(gaps(socket.up).map(({ after, through }) => [after, through])).toEqual([
      [1, 3],
      [2, 3],
    ]);
    expect(texts()).toEqual(["one", "two", "three"]);
  });

  test("CLI-7: no answer, or one that brings nothing, is asked for again after five seconds", async () => {
    const { world, socket, three, texts } = await threeFrames();
    world.way = (frame) =>
      frame.type === "events" && frame.ref ? [{ ...frame, events: [] }] : [frame];
    socket.down(three);
    await world.clock.advance(4_900);
    expect(gaps(socket.up)).toHaveLength(1);
    world.way = (frame) => [frame];
    await world.clock.advance(200);
    expect(gaps(socket.up)).toHaveLength(2);
    expect(texts()).toEqual(["one", "two", "three"]);
  });

  test("CLI-7: a head beyond the last event is waited for a moment, then asked for", async () => {
    const { world, socket, one, texts } = await threeFrames();
    socket.down({ ...one, head: world.room.head() } as Down);
    expect(gaps(socket.up)).toEqual([]);
    await world.clock.advance(500);
    expect(gaps(socket.up)).toEqual([{ type: "gap", ref: "gap-1", after: 2, through: 4 }]);
    expect(texts()).toEqual(["one", "two", "three"]);
  });

  test("CLI-7: a receipt tells of events that were lost", async () => {
    const world = new FakeWorld();
    const { room, texts } = await world.opens(world.ada);
    world.way = (frame) => (frame.type === "events" && frame.ref === undefined ? [] : [frame]);
    world.room.says(world.bo, "unheard");
    room.send("mine");
    await world.clock.advance(1_000);
    expect(texts()).toEqual(["unheard", "mine"]);
    expect(room.state()).toMatchObject({
      waiting_commands: 0,
      proof: { complete_through: 3, verified_since: 2 },
    });
  });

  test("CLI-7: what is held ahead of a hole is bounded, and all of it arrives in the end", async () => {
    const world = new FakeWorld();
    const { room } = await world.opens(world.ada);
    const count = HELD_EVENTS + 200;
    for (let n = 0; n < count; n += 1) world.room.says(world.bo, `${n}`);
    world.socketOf(world.ada).down(world.room.frame(2));
    await world.clock.advance(1_000);
    expect(room.state().proof.complete_through).toBe(count + 1);
  });

  test("CLI-8: an event of an unknown type is a step without effect", async () => {
    const { world, socket, texts, room } = await threeFrames();
    world.room.append("reaction.added", world.bo, newId("command"), { emoji: "tea" });
    world.room.append("message.edited", world.bo, newId("command"), {
      message_id: "not an id",
      text: 7,
    });
    world.room.says(world.bo, "after");
    socket.down(world.room.frame(1));
    expect(texts()).toEqual(["one", "two", "three", "after"]);
    expect(room.state().proof).toMatchObject({ complete_through: 7, faults: [] });
  });

  test("CLI-8: unknown frames and things that are no frames are ignored", async () => {
    const { socket, one, texts, room } = await threeFrames();
    for (const text of [
      "",
      "{",
      "null",
      "[]",
      '{"type":"confetti"}',
      '{"type":"events","events":7}',
    ])
      socket.down(text);
    socket.down(one);
    expect(texts()).toEqual(["one"]);
    expect(room.state()).toMatchObject({ status: { name: "online" }, proof: { faults: [] } });
  });

  test("CLI-8: an erased message keeps its place, without its words", async () => {
    const { world, socket, one, texts } = await threeFrames();
    if (one.type === "events")
      for (const event of one.events) Object.assign(event, { body: null, salt: null });
    socket.down(one);
    expect(texts()).toEqual(["–"]);
    expect(world.room.events).toHaveLength(4);
  });

  test("CLI-9: a snapshot takes the place of everything", async () => {
    const { world, socket, one, texts, room } = await threeFrames();
    socket.down(one);
    world.snapshotMessages = 1;
    socket.down(world.room.snapshot(1));
    expect(texts()).toEqual(["three"]);
    expect(room.state().proof).toMatchObject({ complete_through: 4, verified_since: null });
    expect(room.state().room?.name).toBe("tea");
  });

  test("CLI-9: a new epoch starts over over a new line", async () => {
    const { world, socket, one, texts } = await threeFrames();
    socket.down(one);
    const restored = new FakeRoom(world.clock.now, world.ada, world.bo);
    world.room = Object.assign(restored, { room_id: world.room.room_id });
    Object.assign(restored, { events: [] });
    restored.append("room.created", world.ada, newId("command"), {
      kind: "channel",
      name: "tea",
      topic: "",
      members: [],
    });
    restored.says(world.bo, "restored");
    socket.down(restored.frame(1));
    await world.clock.advance(1_000);
    expect(world.socketOf(world.ada).up[0]).toBe('{"type":"resume","position":null}');
    expect(texts()).toEqual(["restored"]);
  });

  test("CLI-9: a log that got shorter within its epoch is reported", async () => {
    const { socket, one, world, room } = await threeFrames();
    const before = world.room.snapshot();
    socket.down(one);
    socket.down({
      ...before,
      position: { ...before.position, seq: 1 },
      head: world.room.head(1),
      messages: [],
    });
    expect(room.state().proof.faults).toMatchObject([{ seq: 1, kind: "rollback" }]);
  });

  test("CLI-10: older messages come before the newer ones, with what was changed since", async () => {
    const world = new FakeWorld();
    for (let n = 0; n < 120; n += 1) world.room.says(world.bo, `${n}`);
    const { room, texts } = await world.opens(world.ada);
    expect(texts()).toHaveLength(limits.page_messages);
    expect(room.state().has_earlier).toBe(true);
    const stale = await world.answers(
      world.ada,
      `https://quoth.test/v1/rooms/x/messages?before=72&limit=50`,
      "GET",
    );
    const message_id = world.room.data().messages[30]?.message_id;
    world.room.append("message.edited", world.bo, newId("command"), {
      message_id,
      text: "changed",
    });
    world.tells(121);
    const answers = world.answers;
    // The page was read before the edit, and arrives after it.
    world.answers = async () => stale;
    await room.loadEarlier();
    world.answers = answers;
    await room.loadEarlier();
    expect(texts()).toEqual(world.room.data().messages.map((message) => message.text));
    expect(room.state().has_earlier).toBe(false);
    expect(texts()[30]).toBe("changed");
  });

  test("CLI-10: a page that was cut for its long texts has more before it", async () => {
    const world = new FakeWorld();
    for (let n = 0; n < 6; n += 1) world.room.says(world.bo, "long".repeat(limits.text_bytes / 4));
    world.snapshotMessages = 4;
    const { room, texts } = await world.opens(world.ada);
    expect([texts().length, room.state().has_earlier]).toEqual([4, true]);
    await room.loadEarlier();
    expect([texts().length, room.state().has_earlier]).toEqual([6, false]);
  });

  test("CLI-11: members come, go, and inherit", async () => {
    const world = new FakeWorld();
    const { room } = await world.opens(world.bo);
    const cy = newId("user");
    world.room.append("member.joined", cy, newId("command"), { user_id: cy, role: "member" });
    world.room.append("member.left", world.ada, newId("command"), {
      user_id: world.ada,
      heir: world.bo,
    });
    world.tells(1);
    expect(room.state()).toMatchObject({ member_count: 2, role: "owner" });
    expect([...room.state().members.keys()]).toEqual([world.bo, cy]);
  });
});
