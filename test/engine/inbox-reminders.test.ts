import assert from "node:assert/strict";
import { test } from "node:test";
import type { InboxEvent } from "../../schema/inbox-events.ts";
import { reminderIdOf } from "../../schema/ids.ts";
import { limits } from "../../schema/limits.ts";
import { log } from "../../durable/inbox/stores/log.ts";
import type { LocalInbox } from "../support/local-inbox.ts";
import { anInbox, heard, roomId } from "../support/local-inbox.ts";

const MINUTE = 60_000;
const room_id = roomId("raven");

const eventsOf = (inbox: LocalInbox): InboxEvent[] => log.after(inbox.host.sql, 0);
const types = (inbox: LocalInbox): string[] =>
  eventsOf(inbox)
    .map(({ type }) => type)
    .filter((type) => type.startsWith("reminder."));
const told = (inbox: LocalInbox, type: string): number =>
  types(inbox).filter((one) => one === type).length;
const ids = async (inbox: LocalInbox) =>
  (await inbox.state()).reminders.map(({ reminder_id }) => reminder_id);

async function inRoom(): Promise<LocalInbox> {
  const ada = await anInbox();
  await ada.isIn("raven");
  return ada;
}

/** Sets one for so long from now; says its id. */
async function reminds(inbox: LocalInbox, in_ms: number, more: Record<string, unknown> = {}) {
  const command_id = inbox.newId("command");
  const fields = { command_id, room_id, note: "Tea", at: inbox.all.now_ms + in_ms, ...more };
  assert.equal(await inbox.does("remind", fields), "done");
  return reminderIdOf(command_id);
}

test("REM-1 a reminder is set, falls due at its time, once, and stays until it is taken away", async () => {
  const ada = await inRoom();
  const message_id = ada.newId("message");
  const reminder_id = await reminds(ada, 10 * MINUTE, { message_id });
  const at = ada.all.now_ms + 10 * MINUTE;
  const set = { reminder_id, room_id, message_id, note: "Tea", at, due: false, left: false };
  assert.deepEqual((await ada.state()).reminders, [set]);
  await ada.all.passes(10 * MINUTE - 1);
  assert.equal(told(ada, "reminder.due"), 0);
  const socket = ada.comesIn();
  heard(socket);
  await ada.all.passes(1);
  const [frame] = heard(socket);
  assert.deepEqual(frame?.type === "events" && frame.events.map(({ type, body }) => [type, body]), [
    ["reminder.due", { reminder: { ...set, due: true } }],
  ]);
  await ada.all.passes(60 * MINUTE);
  await ada.rings();
  assert.equal(told(ada, "reminder.due"), 1);
  assert.deepEqual((await ada.state()).reminders, [{ ...set, due: true }]);
  assert.equal(await ada.does("unremind", { reminder_id }), "done");
  assert.equal(await ada.does("unremind", { reminder_id }), "so already");
  assert.deepEqual(await ids(ada), []);
  assert.deepEqual(types(ada), ["reminder.set", "reminder.due", "reminder.gone"]);
});

test("REM-2 one that was taken away before its time never falls due, and the next one still does", async () => {
  const ada = await inRoom();
  const first = await reminds(ada, MINUTE);
  const second = await reminds(ada, 2 * MINUTE);
  await ada.does("unremind", { reminder_id: first });
  await ada.all.passes(3 * MINUTE);
  const due = eventsOf(ada).filter(({ type }) => type === "reminder.due");
  assert.deepEqual(
    due.map(({ body }) => (body["reminder"] as { reminder_id: string }).reminder_id),
    [second],
  );
  await ada.does("unremind", { reminder_id: second });
  assert.deepEqual(
    ada.rows("timers").map(({ name }) => name),
    ["sessions"],
  );
});

test("REM-3 a reminder is for a room that one is in, not in the past and at most a year ahead", async () => {
  const ada = await inRoom();
  const at = ada.all.now_ms + MINUTE;
  assert.equal(await ada.does("remind", { room_id: roomId("owl"), at }), "not_found");
  for (const wrong of [
    ada.all.now_ms - 6_000,
    ada.all.now_ms + limits.reminder_ms_max + 1,
    -1,
    0.5,
  ])
    assert.equal(await ada.does("remind", { room_id, at: wrong }), "invalid", String(wrong));
  assert.equal(await ada.does("remind", { room_id, at, note: "x".repeat(501) }), "invalid");
  assert.equal(await ada.does("remind", { room_id, at, note: "a\u202eb" }), "invalid");
  assert.equal(await ada.does("remind", { room_id, at, message_id: "nothing" }), "invalid");
  assert.equal(await ada.does("unremind", { reminder_id: "reminder_1" }), "invalid");
  assert.deepEqual(await ids(ada), []);
  // The farthest that can be asked for, and the time that a question takes.
  await reminds(ada, limits.reminder_ms_max);
  const now = await reminds(ada, -1_000);
  await ada.all.passes(0);
  const due = (await ada.state()).reminders.filter((reminder) => reminder.due);
  assert.deepEqual(
    due.map(({ reminder_id }) => reminder_id),
    [now],
  );
});

test("REM-4 a person has two hundred, those that are due included", async () => {
  const ada = await inRoom();
  for (let count = 0; count < limits.reminders; count += 1) {
    await reminds(ada, MINUTE);
    // No faster than commands may come.
    await ada.all.passes(100);
  }
  await ada.all.passes(2 * MINUTE);
  const at = ada.all.now_ms + MINUTE;
  assert.equal(await ada.does("remind", { room_id, at }), "too_many");
  const [first] = await ids(ada);
  await ada.does("unremind", { reminder_id: first });
  assert.equal(await ada.does("remind", { room_id, at }), "done");
});

test("REM-5 a command that comes again sets no second one, also long after the first is forgotten", async () => {
  const ada = await inRoom();
  const command_id = ada.newId("command");
  const command = { type: "remind", command_id, room_id, at: ada.all.now_ms + MINUTE };
  const asks = () => ada.hears(ada.engine.command(ada.caller(), command));
  const first = await asks();
  await ada.all.passes(2 * MINUTE);
  const again = await asks();
  assert.ok(first.ok && again.ok);
  assert.deepEqual(again.value, { ...first.value, replayed: true });
  ada.host.sql.exec("DELETE FROM commands", []);
  assert.deepEqual(await asks(), { ok: true, value: { seq: null, replayed: false } });
  assert.equal((await ids(ada)).length, 1);
  assert.equal(told(ada, "reminder.set"), 1);
});

test("REM-6 a crash between any two steps leaves each reminder told once, and none untold", async () => {
  for (let steps = 0, crashed = true; crashed; steps += 1) {
    const ada = await inRoom();
    const expected = [await reminds(ada, MINUTE), await reminds(ada, MINUTE)];
    crashed = false;
    let left = steps;
    ada.step = () => {
      left -= 1;
      if (left >= 0) return;
      crashed = true;
      throw new Error("crash");
    };
    ada.all.now_ms += MINUTE;
    ada.world.alarm_at = null;
    // Where it dies on the way, nobody is answered.
    void ada.engine.alarm().catch(() => {});
    await ada.all.settle().catch(() => {});
    ada.step = () => {};
    ada.wake();
    await ada.all.passes(2 * limits.outbox_retry_ms);
    assert.equal(told(ada, "reminder.due"), expected.length, `after ${steps} steps`);
    const state = await ada.state();
    assert.ok(state.reminders.every(({ due }) => due));
  }
});

test("REM-6 an eviction while a reminder waits forgets nothing, also where the alarm went with it", async () => {
  const ada = await inRoom();
  await reminds(ada, MINUTE);
  ada.world.alarm_at = null;
  ada.wake();
  await ada.all.passes(MINUTE);
  assert.equal(told(ada, "reminder.due"), 1);
});

test("REM-7 whoever leaves a room keeps its reminders, which say so and still fall due", async () => {
  const ada = await inRoom();
  const reminder_id = await reminds(ada, MINUTE);
  await ada.isIn("owl");
  await reminds(ada, 5 * MINUTE, { room_id: roomId("owl") });
  await ada.isGoneFrom("raven", 5);
  const left = async () => (await ada.state()).reminders.map((reminder) => reminder.left);
  assert.deepEqual(await left(), [true, false]);
  await ada.all.passes(MINUTE);
  assert.equal(told(ada, "reminder.due"), 1);
  assert.equal(await ada.does("remind", { room_id, at: ada.all.now_ms + 1 }), "not_found");
  await ada.isTold(ada.markAt("raven", 6));
  assert.deepEqual(await left(), [false, false]);
  assert.equal(await ada.does("unremind", { reminder_id }), "done");
});
