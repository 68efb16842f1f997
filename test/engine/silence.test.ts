import assert from "node:assert/strict";
import { test } from "node:test";
import { closes } from "../../schema/closes.ts";
import { limits } from "../../schema/limits.ts";
import { anInbox } from "../support/local-inbox.ts";
import type { LocalSocket } from "../support/local-room.ts";
import type { World } from "./world.ts";
import { aRoom } from "./world.ts";

const SECOND_MS = 1_000;
const { heartbeat_ms, dead_socket_ms } = limits;
const code = (socket: LocalSocket) => socket.closed?.code ?? null;

/** Time goes by in a room: who lives pings every 25 seconds, and the alarm rings when it is due. Says how often. */
async function passes(room: World, ms: number, living: readonly LocalSocket[]): Promise<number> {
  const { local } = room;
  const until = local.now_ms + ms;
  let rings = 0;
  for (; local.now_ms < until; local.now_ms += SECOND_MS) {
    living.forEach((socket, at) => {
      const beats = Math.floor((local.now_ms - at * SECOND_MS) / heartbeat_ms);
      socket.last_ping_at = beats * heartbeat_ms + at * SECOND_MS;
    });
    if ((local.world.alarm_at ?? Number.POSITIVE_INFINITY) > local.now_ms) continue;
    local.world.alarm_at = null;
    rings += 1;
    await local.engine.alarm();
    local.settle();
  }
  return rings;
}
const timers = (room: World) => room.local.rows("timers").map(({ name }) => name);

test("SES-2 a socket in a room that falls silent is closed within 45 seconds, and the others stay", async () => {
  const room = aRoom({ members: ["bo"] });
  const [silent, alive] = [room.comesIn("ada"), room.comesIn("bo")];
  await passes(room, 5 * 60 * SECOND_MS, [silent, alive]);
  assert.deepEqual([code(silent), code(alive)], [null, null]);
  const fell_silent_at = silent.last_ping_at ?? 0;
  const waited_ms = dead_socket_ms - (room.local.now_ms - fell_silent_at);
  await passes(room, waited_ms, [alive]);
  assert.equal(code(silent), null);
  await passes(room, 5 * SECOND_MS, [alive]);
  assert.deepEqual([code(silent), code(alive)], [closes.restarting.code, null]);
});

test("SES-2 a room that sleeps meanwhile closes it all the same, and rests when nobody is left", async () => {
  const room = aRoom();
  const silent = room.comesIn("ada");
  assert.ok(timers(room).includes("silence"));
  room.local.wake();
  await passes(room, dead_socket_ms + 5 * SECOND_MS, []);
  assert.equal(code(silent), closes.restarting.code);
  await passes(room, 5 * SECOND_MS, []);
  assert.ok(!timers(room).includes("silence"));
});

test("SES-2 however many sockets a room has, it looks at them no oftener than every fifteen seconds", async () => {
  const names = ["bo", "cy", "di", "ed", "flo"];
  const room = aRoom({ members: names });
  const sockets = ["ada", ...names].map((name) => room.comesIn(name));
  // What the beginning of the room left to be done.
  await passes(room, 60 * SECOND_MS, sockets);
  const minutes = 10;
  const rings = await passes(room, minutes * 60 * SECOND_MS, sockets);
  assert.ok(sockets.every((socket) => code(socket) === null));
  const least_ms = dead_socket_ms - heartbeat_ms;
  assert.ok(rings > 0 && rings <= (minutes * 60 * SECOND_MS) / least_ms + 1, `${rings}`);
});

test("SES-2 an inbox that nobody looks at closes a socket that falls silent, also over an eviction", async () => {
  const ada = await anInbox();
  const [silent, alive] = [ada.comesIn(), ada.comesIn()];
  alive.last_ping_at = ada.all.now_ms + 10 * dead_socket_ms;
  ada.wake();
  await ada.all.passes(dead_socket_ms);
  assert.equal(code(silent), null);
  await ada.all.passes(5 * SECOND_MS);
  assert.deepEqual([code(silent), code(alive)], [closes.restarting.code, null]);
});
