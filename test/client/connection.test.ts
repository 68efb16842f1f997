import { describe, expect, test } from "vitest";
import { backOffDelay, lineBackOff } from "../../client/reconnect.ts";
import { subprotocol, wire } from "../../schema/version.ts";
import { FakeWorld } from "./fake-world.ts";

describe("the line to a room", () => {
  test("CLI-1: ticket, hello, position, answer, and only then online", async () => {
    const world = new FakeWorld();
    world.way = (frame) => (frame.type === "snapshot" ? [] : [frame]);
    const { room } = await world.opens(world.ada);
    const socket = world.socketOf(world.ada);
    expect(socket.url).toBe(`wss://quoth.test/v1/rooms/${world.room.room_id}/socket`);
    expect(socket.protocols).toEqual([subprotocol(wire.version), "quoth.ticket.t"]);
    expect(socket.up).toEqual([JSON.stringify({ type: "resume", position: null })]);
    expect(room.state().status.name).toBe("connecting");
    socket.down(world.room.snapshot());
    expect(room.state().status).toMatchObject({ name: "online", away_since: null });
  });

  test("CLI-1: a line that comes back resumes from its position", async () => {
    const world = new FakeWorld();
    const { room, texts } = await world.opens(world.ada);
    world.socketOf(world.ada).breaks();
    expect(room.state().status.name).toBe("waiting");
    world.room.says(world.bo, "while you were away");
    await world.clock.advance(1_000);
    expect(world.socketOf(world.ada).up[0]).toBe(
      JSON.stringify({ type: "resume", position: { epoch: world.room.epoch, seq: 1 } }),
    );
    expect(room.state().status.name).toBe("online");
    expect(texts()).toEqual(["while you were away"]);
  });

  test("CLI-1: a server that does not answer is left and tried again", async () => {
    const world = new FakeWorld();
    world.way = () => [];
    const { room } = await world.opens(world.ada);
    await world.clock.advance(10_000);
    expect(room.state().status.name).toBe("waiting");
    world.way = (frame) => [frame];
    await world.clock.advance(1_000);
    expect(room.state().status.name).toBe("online");
  });

  test.each([
    { attempt: 0, random: 1, delay_ms: 500 },
    { attempt: 0, random: 0, delay_ms: 0 },
    { attempt: 3, random: 0.5, delay_ms: 2_000 },
    { attempt: 20, random: 1, delay_ms: 30_000 },
  ])("CLI-2: full jitter, attempt $attempt at $random", ({ attempt, random, delay_ms }) => {
    expect(backOffDelay(attempt, random, lineBackOff)).toBe(delay_ms);
  });

  test("CLI-2: a deployment that is away is asked ever more seldom, and at once when the network is back", async () => {
    const world = new FakeWorld();
    const { client, room } = await world.opens(world.ada);
    world.reachable = false;
    world.socketOf(world.ada).breaks();
    await world.clock.advance(120_000);
    const asked = world.requests.filter((request) => request.endsWith("/tickets")).length;
    expect(asked).toBeGreaterThan(8);
    expect(asked).toBeLessThan(16);
    world.reachable = true;
    client.wake();
    await world.clock.advance(0);
    expect(room.state().status.name).toBe("online");
  });

  test("CLI-2: a line that breaks again at once keeps its attempts", async () => {
    const world = new FakeWorld();
    const { room } = await world.opens(world.ada);
    for (let times = 0; times < 6; times += 1) {
      world.socketOf(world.ada).breaks();
      while (room.state().status.name !== "online") await world.clock.advance(100);
    }
    const before = world.clock.now();
    world.socketOf(world.ada).breaks();
    while (room.state().status.name !== "online") await world.clock.advance(100);
    expect(world.clock.now() - before).toBeGreaterThan(10_000);
  });

  test("CLI-3: ping every 25 seconds; a line without pong for 10 seconds is broken", async () => {
    const world = new FakeWorld();
    const { room } = await world.opens(world.ada);
    const socket = world.socketOf(world.ada);
    await world.clock.advance(25_000);
    expect(socket.up.at(-1)).toBe("ping");
    await world.clock.advance(60_000);
    expect(room.state().status.name).toBe("online");
    world.pongs = false;
    await world.clock.advance(36_000);
    expect(socket.readyState).toBe(3);
    expect(world.socketOf(world.ada)).not.toBe(socket);
  });

  test("CLI-3: who has much to listen to pings as often as anyone", async () => {
    const world = new FakeWorld();
    await world.opens(world.ada);
    const bo = await world.opens(world.bo);
    const socket = world.socketOf(world.ada);
    const pings = () => socket.up.filter((text) => text === "ping").length;
    for (let at = 0; at < 20; at += 1) {
      bo.room.send(`message ${at}`);
      await world.clock.advance(5_000);
    }
    expect(pings()).toBeGreaterThanOrEqual(3);
    expect(socket.readyState).toBe(1);
  });

  test("CLI-3: whoever looks again has a dead line found within 3 seconds", async () => {
    const world = new FakeWorld();
    const { client } = await world.opens(world.ada);
    const socket = world.socketOf(world.ada);
    world.pongs = false;
    client.wake();
    await world.clock.advance(3_000);
    expect(socket.readyState).toBe(3);
  });

  test("CLI-4: signed out keeps history and outbox, and goes on after signing in", async () => {
    const world = new FakeWorld();
    const { client, room, texts } = await world.opens(world.ada);
    room.send("one");
    await world.clock.advance(10);
    world.signedIn = false;
    world.socketOf(world.ada).breaks();
    room.send("two");
    await world.clock.advance(5_000);
    expect(room.state().status.name).toBe("signed_out");
    expect(texts()).toEqual(["one", "two"]);
    await world.clock.advance(60_000);
    expect(room.state().status.name).toBe("signed_out");
    await client.signIn({ handle: "ada", password: "correct horse battery" });
    await world.clock.advance(10);
    expect(room.state().messages.map(({ text, state }) => [text, state])).toEqual([
      ["one", "sent"],
      ["two", "sent"],
    ]);
    expect(world.room.data().messages).toHaveLength(2);
  });

  test("CLI-4: a line that greets someone else is not used, and nothing is sent over it", async () => {
    const world = new FakeWorld();
    const { room } = await world.opens(world.ada);
    world.socketOf(world.ada).breaks();
    room.send("never as bo");
    world.signedInAs = world.bo;
    await world.clock.advance(1_000);
    expect(room.state().status.name).toBe("signed_out");
    expect(room.state().messages.map(({ text, state }) => [text, state])).toEqual([
      ["never as bo", "sending"],
    ]);
    expect(world.room.data().messages).toEqual([]);
  });

  test("CLI-4: another person's sign-in closes the rooms of the one before", async () => {
    const world = new FakeWorld();
    const { client, room } = await world.opens(world.ada);
    world.signedInAs = world.bo;
    await client.signIn({ handle: "bo", password: "correct horse battery" });
    expect(room.state().status).toMatchObject({ name: "closed", reason: "closed" });
    expect(client.openRoom(world.room.room_id)).not.toBe(room);
  });

  test.each([
    { code: 4200, reason: "removed" },
    { code: 4201, reason: "bad_version" },
  ])("CLI-5: close code $code ends it for good", async ({ code, reason }) => {
    const world = new FakeWorld();
    const { room } = await world.opens(world.ada);
    world.socketOf(world.ada).breaks(code);
    await world.clock.advance(120_000);
    expect(room.state().status).toMatchObject({ name: "closed", reason });
    expect(world.requests.filter((request) => request.endsWith("/tickets"))).toHaveLength(1);
  });

  test.each([4000, 4001, 4100, 1006, 1012])(
    "CLI-5: after close code %i it comes back",
    async (code) => {
      const world = new FakeWorld();
      const { room } = await world.opens(world.ada);
      world.socketOf(world.ada).breaks(code);
      await world.clock.advance(1_000);
      expect(room.state().status.name).toBe("online");
    },
  );

  test("CLI-5: a room that is not for this person is closed with the refusal's code", async () => {
    const world = new FakeWorld();
    world.ticketRefusal = "not_found";
    const { room } = await world.opens(world.ada);
    await world.clock.advance(60_000);
    expect(room.state().status).toMatchObject({ name: "closed", reason: "not_found" });
  });
});
