import assert from "node:assert/strict";
import { test } from "node:test";
import { closes } from "../../schema/closes.ts";
import { deriveId } from "../../schema/ids.ts";
import { limits } from "../../schema/limits.ts";
import type { Opening } from "../../schema/rpc.ts";
import { wire } from "../../schema/version.ts";
import { loadSession } from "../../durable/kernel/session.ts";
import type { LocalSocket } from "../support/local-room.ts";
import { callerOf, userId } from "../support/local-room.ts";
import type { World } from "./world.ts";
import { aRoom } from "./world.ts";

const ended = (room: World, name: string): void => {
  const { user_id, device_id } = callerOf(name);
  room.local.engine.endSession(user_id, device_id);
};

/** The next look at the sessions. Clients have gone on pinging meanwhile. */
async function looks(room: World, sockets: readonly LocalSocket[] = []): Promise<void> {
  const { local } = room;
  const due = local.rows("timers").find(({ name }) => name === "sessions")?.["due_at"];
  local.now_ms = Number(due ?? local.now_ms);
  for (const socket of sockets) socket.last_ping_at = local.now_ms;
  await local.engine.alarm();
  local.settle();
}

test("SOS-1 the end of a session closes the sockets of its device at once, and no others", () => {
  const room = aRoom({ members: ["bo"] });
  const [one, other, ada] = [room.comesIn("bo"), room.opens("bo"), room.comesIn("ada")];
  room.local.engine.endSession(userId("bo"), deriveId("device", "another of bo's"));
  assert.deepEqual([one.closed, other.closed], [null, null]);
  ended(room, "bo");
  assert.deepEqual(
    [one.closed?.code, other.closed?.code, ada.closed],
    [closes.signed_out.code, closes.signed_out.code, null],
  );
  ended(room, "bo");
});

test("SOS-2 a ticket that was given before the end opens nothing, and one that was given after it does", () => {
  const room = aRoom({ members: ["bo"] });
  const { local } = room;
  const opening = (ticket_id: string): Opening => ({
    caller: callerOf("bo"),
    room_id: local.room_id,
    version: wire.version,
    encoding: "json",
    ticket_id,
    ticket_expires_at: local.now_ms + limits.ticket_ms,
  });
  const admitted = (one: Opening) => {
    const settled = local.engine.admit(one);
    return settled.kind === "refused" ? settled.refusal.code : settled.kind;
  };
  const [first, second] = [opening("first"), opening("second")];
  local.now_ms += 1000;
  ended(room, "bo");
  assert.equal(admitted(first), "ticket_refused");
  local.wake();
  assert.equal(admitted(second), "ticket_refused", "sleep forgets nothing");
  local.now_ms += limits.clock_skew_ms + 1;
  assert.equal(admitted(opening("third")), "accepted", "the device has signed in again");
  local.now_ms += limits.ticket_ms * 2;
  room.local.engine.endSession(userId("bo"), deriveId("device", "another"));
  assert.equal(local.rows("ended_devices").length, 1, "what cannot matter any more is not kept");
});

test("SOS-3 each device is looked at again while it has sockets: one that is signed out goes, the others are renewed", async () => {
  const room = aRoom({ members: ["bo"] });
  const { inboxes } = room.local;
  const [ada, bo, also_bo] = [room.comesIn("ada"), room.comesIn("bo"), room.comesIn("bo")];
  inboxes.at(userId("bo")).ended.add(callerOf("bo").device_id);
  room.local.wake();
  await looks(room, [ada, bo, also_bo]);
  assert.deepEqual(
    [ada.closed, bo.closed?.code, also_bo.closed?.code],
    [null, closes.signed_out.code, closes.signed_out.code],
  );
  assert.equal(inboxes.at(userId("bo")).asked, 1, "once for both sockets");
  assert.equal(loadSession(ada)?.checked_at, room.local.now_ms);
  await looks(room, [ada]);
  assert.equal(inboxes.at(userId("ada")).asked, 2);
});

test("SOS-3 a socket that was opened just before a look is not asked about", async () => {
  const room = aRoom({ members: ["bo"] });
  const ada = room.comesIn("ada");
  room.local.now_ms += limits.session_check_ms - 60_000;
  const bo = room.comesIn("bo");
  await looks(room, [ada, bo]);
  assert.equal(room.local.inboxes.at(userId("bo")).asked, 0);
  await looks(room, [ada, bo]);
  assert.equal(room.local.inboxes.at(userId("bo")).asked, 1);
});

test("SOS-4 while the inbox cannot be reached the socket stays, for three looks and not for a fourth", async () => {
  const room = aRoom();
  const ada = room.comesIn("ada");
  room.local.inboxes.fate = (_user_id, called) => (called === "holds" ? "lost" : "answered");
  for (let look = 1; look < limits.session_checks_failed; look += 1) {
    await looks(room, [ada]);
    assert.equal(ada.closed, null);
  }
  await looks(room, [ada]);
  assert.equal(ada.closed?.code, closes.restarting.code);
});

test("SOS-4 one answer in between and it begins anew", async () => {
  const room = aRoom();
  const ada = room.comesIn("ada");
  for (let look = 1; look <= 9; look += 1) {
    room.local.inboxes.fate = () => (look % 3 === 0 ? "answered" : "lost");
    await looks(room, [ada]);
  }
  assert.equal(ada.closed, null);
});

test("SOS-5 a look closes sockets that have died, and the room forgets the timer with the last of them", async () => {
  const room = aRoom({ members: ["bo"] });
  const [dead, alive] = [room.comesIn("ada"), room.comesIn("bo")];
  await looks(room, [alive]);
  assert.equal(dead.closed?.code, closes.restarting.code);
  assert.equal(alive.closed, null);
  room.local.disconnect(alive);
  room.local.settle();
  assert.ok(!room.local.rows("timers").some(({ name }) => name === "sessions"));
});

test("SOS-6 an opening for an inbox, or for another room, opens nothing here", () => {
  const room = aRoom();
  const { local } = room;
  for (const room_id of [null, deriveId("room", "another")]) {
    const opening = {
      caller: callerOf("ada"),
      room_id,
      version: wire.version,
      encoding: "json" as const,
      ticket_id: "ticket",
      ticket_expires_at: local.now_ms + limits.ticket_ms,
    };
    const admitted = local.engine.admit(opening);
    assert.equal(admitted.kind === "refused" && admitted.refusal.code, "ticket_refused");
  }
});
