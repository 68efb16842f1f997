import { describe, expect, test } from "vitest";
import { messageIdOf } from "../../schema/ids.ts";
import { refusal } from "../../schema/refusals.ts";
import { QuothError, type RoomHandle } from "../../client/index.ts";
import { OUTBOX_COMMANDS } from "../../client/outbox.ts";
import { FakeWorld } from "./fake-world.ts";

const shown = (room: RoomHandle) =>
  room.state().messages.map(({ text, state }) => `${text ?? "–"} ${state}`);

function codeOf(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return error instanceof QuothError ? error.code : error;
  }
}

describe("what a member wants of a room", () => {
  test("CLI-17: the outbox is bounded, and what the room would refuse for its shape never enters it", async () => {
    const world = new FakeWorld();
    const { room } = await world.opens(world.ada);
    expect(codeOf(() => room.send("  "))).toBe("invalid");
    expect(codeOf(() => room.send("\ud800"))).toBe("invalid");
    expect(codeOf(() => room.send("é".repeat(40_000)))).toBe("text_too_long");
    expect(codeOf(() => room.send("\u0001".repeat(60_000)))).toBe("too_large");
    world.socketOf(world.ada).breaks();
    world.reachable = false;
    for (let n = 0; n < OUTBOX_COMMANDS; n += 1) room.send(`${n}`);
    expect(codeOf(() => room.send("one too many"))).toBe("slow_down");
    expect(room.state().waiting_commands).toBe(OUTBOX_COMMANDS);
  });

  test("CLI-18: sends, edits and deletes show at once, and stand when the room has taken them", async () => {
    const world = new FakeWorld();
    const { room } = await world.opens(world.ada);
    world.room.says(world.bo, "hello");
    world.tells(1);
    const one = messageIdOf(room.send("one"));
    const two = messageIdOf(room.send("two"));
    room.edit(one, "ONE");
    room.delete(two);
    expect(shown(room)).toEqual(["hello sent", "ONE sending", "– sending"]);
    await world.clock.advance(10);
    expect(shown(room)).toEqual(["hello sent", "ONE sent", "– sent"]);
    expect(room.state().messages).toMatchObject(world.room.data().messages);
  });

  test("CLI-18: an edit that is refused leaves the message as it is, and says so", async () => {
    const world = new FakeWorld();
    const { room } = await world.opens(world.ada);
    const message_id = messageIdOf(room.send("one"));
    await world.clock.advance(10);
    world.refuse = () => refusal("not_author");
    const id = room.edit(message_id, "ONE");
    expect(shown(room)).toEqual(["ONE sending"]);
    await world.clock.advance(10);
    expect(room.state().messages).toMatchObject([
      { text: "one", state: "failed", pending: id, change: "edit" },
    ]);
    room.discard(id);
    expect(shown(room)).toEqual(["one sent"]);
  });

  test("CLI-19: leaving ends the room here", async () => {
    const world = new FakeWorld();
    const { room } = await world.opens(world.bo);
    room.leave();
    await world.clock.advance(10);
    expect(room.state().status).toMatchObject({ name: "closed", reason: "left" });
    expect(world.room.data().members.has(world.bo)).toBe(false);
  });

  test("CIN-11: how far one has read is said at once, once for many steps, only ever further, and after a break", async () => {
    const world = new FakeWorld();
    const { client, room } = await world.opens(world.ada);
    const told = () => world.reads.map(([, seq]) => seq);
    for (const seq of [1, 2, 4, 3]) room.read(seq);
    await world.clock.advance(0);
    expect(told()).toEqual([1]);
    await world.clock.advance(500);
    expect(told()).toEqual([1, 4]);
    room.read(3);
    await world.clock.advance(500);
    world.socketOf(world.ada).breaks();
    room.read(5);
    await world.clock.advance(5_000);
    expect(told()).toEqual([1, 4, 5]);
    // Whether the old line carried it nobody knows.
    world.socketOf(world.ada).breaks();
    await world.clock.advance(5_000);
    expect(told()).toEqual([1, 4, 5, 5]);
    await world.clock.advance(500);
    room.read(6);
    room.read(7);
    client.close();
    await world.clock.advance(0);
    expect(told()).toEqual([1, 4, 5, 5, 6, 7]);
  });
});
