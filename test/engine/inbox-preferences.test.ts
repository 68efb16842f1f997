import assert from "node:assert/strict";
import { test } from "node:test";
import { limits } from "../../schema/limits.ts";
import { anInbox, roomId } from "../support/local-inbox.ts";
import type { LocalInbox } from "../support/local-inbox.ts";
import { userId } from "../support/local-room.ts";

/** Which versions each room has been told, in order. */
const toldTo = ({ all }: LocalInbox, room: string): number[] =>
  all.preferred.flatMap(({ room_id, said }) => (room_id === roomId(room) ? [said.version] : []));
const gathers = ({ all }: LocalInbox) => all.passes(limits.mark_gather_ms);

test("INB-17 a room is answered with what it does not know of the person yet, and with nothing else", async () => {
  const ada = await anInbox();
  assert.equal(await ada.isIn("raven"), null, "there is nothing to know");
  await ada.does("block", { user_id: userId("bo") });
  await ada.does("mode", { mode: "invisible" });
  await ada.does("settings", { change: { show_reads: false } });
  const said = { version: 3, shows_reads: false, hidden: true, ignores: [userId("bo")] };
  assert.deepEqual(await ada.isTold(ada.markOf("owl"), 2), said);
  assert.deepEqual(await ada.isTold(ada.markOf("owl"), 2), said, "also where the mark is old");
  assert.equal(await ada.isTold(ada.markOf("owl"), 3), null);
  await ada.does("settings", { change: { findable: true } });
  await ada.does("mode", { mode: "invisible" });
  assert.equal(await ada.isTold(ada.markOf("owl"), 3), null, "that concerns no room");
});

test("INB-17 a change is told to every room, together with what follows it soon", async () => {
  const ada = await anInbox();
  for (const room of ["raven", "owl"]) await ada.isIn(room);
  await ada.does("block", { user_id: userId("bo") });
  await ada.does("unblock", { user_id: userId("bo") });
  await ada.does("block", { user_id: userId("cy") });
  await gathers(ada);
  assert.deepEqual([toldTo(ada, "raven"), toldTo(ada, "owl")], [[3], [3]]);
  assert.deepEqual(ada.all.preferred[0]?.said.ignores, [userId("cy")]);
  assert.equal(ada.all.preferred[0]?.user_id, ada.user_id);
  await ada.all.passes(limits.outbox_retry_max_ms);
  assert.equal(ada.all.preferred.length, 2, "and once");
  assert.deepEqual(ada.rows("outbox"), []);
});

test("INB-17 a room that cannot be reached is told later, also after an eviction, and the others are not told again", async () => {
  const ada = await anInbox();
  for (const room of ["raven", "owl"]) await ada.isIn(room);
  ada.all.is_held = true;
  await ada.does("mode", { mode: "invisible" });
  const passing = gathers(ada);
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  for (const call of ada.all.calls.splice(0)) {
    if (call.to === roomId("raven")) call.isLost();
    else await call.arrives();
  }
  ada.all.is_held = false;
  await passing;
  assert.deepEqual([toldTo(ada, "raven"), toldTo(ada, "owl")], [[], [1]]);
  ada.wake();
  await ada.all.passes(limits.outbox_retry_max_ms * 2);
  assert.deepEqual([toldTo(ada, "raven"), toldTo(ada, "owl")], [[1], [1]]);
});

test("INB-17 however many rooms there are, twenty are told at once", async () => {
  const ada = await anInbox();
  const rooms = Array.from(
    { length: limits.rooms_per_delivery + 30 },
    (_, index) => `room ${index}`,
  );
  for (const room of rooms) {
    void ada.engine.mark(ada.markOf(room), 0);
    ada.turn();
  }
  ada.all.is_held = true;
  await ada.does("mode", { mode: "invisible" });
  let most = 0;
  ada.all.now_ms += limits.mark_gather_ms;
  while (ada.rows("outbox").length > 0) {
    const alarm = { is_over: false };
    void ada.engine.alarm().then(() => (alarm.is_over = true));
    while (!alarm.is_over) {
      await new Promise((resolve) => setImmediate(resolve));
      const calls = ada.all.calls.splice(0);
      most = Math.max(most, calls.length);
      for (const call of calls) await call.arrives();
    }
  }
  assert.equal(most, limits.rooms_at_once);
  assert.deepEqual(new Set(ada.all.preferred.map(({ room_id }) => room_id)).size, rooms.length);
  assert.equal(ada.all.preferred.length, rooms.length);
});
