import assert from "node:assert/strict";
import { test } from "node:test";
import { limits } from "../../schema/limits.ts";
import { blocksSeen } from "../../durable/inbox/stores/blocks.ts";
import { contacts, looking, PeopleWorld, roomId, TOLD_MS } from "./inbox-people-world.ts";

const MINUTE_MS = 60_000;

test("CON-6 what was on its way when the block fell does not arrive, and is put right when it ends", async () => {
  const world = new PeopleWorld();
  const [ada, bo] = [world.person("ada"), world.person("bo")];
  await bo.does("request", { user_id: ada.user_id });
  await bo.does("block", { user_id: ada.user_id });
  await world.passes(60 * MINUTE_MS);
  assert.equal(world.calls.wish, 0);
  assert.equal(ada.stands(bo), null);
  await bo.does("unblock", { user_id: ada.user_id });
  await world.passes(MINUTE_MS);
  assert.deepEqual([ada.stands(bo), bo.stands(ada)], [null, null]);
});

test("PRS-5 a device that lived while its person was invisible tells no visit afterwards", async () => {
  const world = new PeopleWorld();
  const [ada, bo] = await contacts(world);
  const device = bo.comesIn();
  const hid_at = world.now_ms;
  await bo.does("mode", { mode: "invisible" });
  await world.passes(10 * MINUTE_MS);
  device.is_reachable = false;
  await world.passes(10 * MINUTE_MS);
  await bo.does("mode", { mode: "auto" });
  const looks = ada.comesIn();
  looks.watches(bo);
  await world.passes(TOLD_MS);
  assert.equal(looks.sees(bo)?.state, "offline");
  assert.equal(looks.sees(bo)?.last_seen_at, hid_at);
});

test("PRS-5 a socket whose end is noticed late tells when its device was last heard", async () => {
  const world = new PeopleWorld();
  const [ada, bo] = await contacts(world);
  const device = bo.comesIn();
  await world.passes(MINUTE_MS);
  device.is_reachable = false;
  const heard_at = device.socket.last_ping_at;
  await world.passes(15 * MINUTE_MS);
  device.hangsUp();
  const looks = ada.comesIn();
  looks.watches(bo);
  await world.passes(TOLD_MS);
  assert.equal(looks.sees(bo)?.last_seen_at, heard_at);
});

test("PRS-6 who is blocked is not asked about, in whatever room the two meet", async () => {
  const world = new PeopleWorld();
  const [ada, bo] = [world.person("ada"), world.person("bo")];
  world.meet(roomId("raven"), ada, bo);
  bo.comesIn();
  await ada.does("block", { user_id: bo.user_id });
  const looks = ada.comesIn();
  looks.watches({ user_id: bo.user_id, via: roomId("raven") });
  await world.passes(TOLD_MS);
  assert.equal(looks.sees(bo)?.state, "offline");
  assert.equal(world.calls.watch, 0);
});

test("PRS-6 a new contact is seen at once, also where the other's inbox heard of it late", async () => {
  const world = new PeopleWorld();
  const [ada, bo] = [world.person("ada"), world.person("bo")];
  ada.comesIn();
  await ada.does("request", { user_id: bo.user_id });
  await world.passes(10);
  const looks = bo.comesIn();
  looks.watches(ada);
  world.reaches = (from, _to, call) => {
    if (from === bo.user_id && call === "wish") throw new Error("lost");
  };
  await bo.does("accept", { user_id: ada.user_id });
  await world.passes(TOLD_MS);
  assert.equal(looks.sees(ada)?.state, "offline");
  world.reaches = () => {};
  await world.passes(MINUTE_MS);
  assert.equal(looks.sees(ada)?.state, "online");
});

test("PRS-7 an answer for somebody who is not shown any more is followed by leaving them", async () => {
  const world = new PeopleWorld();
  const [ada, bo] = await contacts(world);
  const looks = ada.comesIn();
  world.answers = (_from, _to, call) => {
    // Another list comes and is acted on, while the answer is still on its way.
    if (call === "watch") {
      ada.host.sql.exec("DELETE FROM watched", []);
    }
  };
  looks.watches(bo);
  await world.passes(TOLD_MS);
  assert.deepEqual([world.calls.watch, world.calls.unwatch], [1, 1]);
  assert.deepEqual(bo.rows("watchers"), []);
});

test("PRS-7 a lease is no longer than the rules allow, whatever is asked for", async () => {
  const world = new PeopleWorld();
  const [ada, bo] = await contacts(world);
  await bo.engine.watch({
    user_id: ada.user_id,
    via: null,
    shows_last_seen: true,
    lease_ms: 100 * limits.watch_lease_ms,
  });
  const [row] = bo.rows("watchers");
  assert.equal(row?.["lease_until"], world.now_ms + limits.watch_lease_ms);
});

test("PRS-8 a device that changes its list all the time gets a frame a second too", async () => {
  const world = new PeopleWorld();
  const [ada, bo] = await contacts(world);
  const looks = ada.comesIn();
  looks.watches(bo);
  await world.passes(TOLD_MS);
  looks.hears();
  for (let change = 0; change < 100; change += 1) {
    looks.watches();
    looks.watches(bo);
    await world.passes(50);
  }
  const frames = looks.hears().length;
  assert.ok(frames >= 1 && frames <= 6, `${frames} frames in five seconds`);
});

test("PRS-11 CON-6 who is blocked while the other is away hears nothing, then or later, and sees what they saw", async () => {
  const world = new PeopleWorld();
  const { ada, bo, looks } = await looking(world);
  const device = bo.comesIn();
  await bo.does("status", { status: { text: "at sea", emoji: "", until: null } });
  await world.passes(MINUTE_MS);
  device.hangsUp();
  await world.passes(MINUTE_MS);
  const before = looks.sees(bo);
  assert.ok(before?.state === "offline" && before.last_seen_at !== null);
  const frames = looks.frames.length;

  await bo.does("block", { user_id: ada.user_id });
  await world.passes(MINUTE_MS);
  bo.comesIn();
  await bo.does("status", { status: { text: "home again", emoji: "", until: null } });
  await bo.isEvicted();
  await world.passes(3 * limits.watch_lease_ms);
  assert.deepEqual(looks.sees(bo), before);
  assert.equal(looks.frames.length, frames);
  // Nor does asking anew show more.
  const other = ada.comesIn();
  other.watches(bo);
  await world.passes(TOLD_MS);
  assert.deepEqual(other.sees(bo), before);
});

test("PRS-11 who is blocked while the other is here sees them go at that moment, as anyone goes", async () => {
  const world = new PeopleWorld();
  const { ada, bo, looks } = await looking(world);
  const [device, cy] = [bo.comesIn(), world.person("cy")];
  world.meet(roomId("theirs"), bo, cy);
  await cy.does("settings", { change: { last_seen: "nobody" } });
  const stranger = cy.comesIn();
  stranger.watches({ user_id: bo.user_id, via: roomId("theirs") });
  await world.passes(MINUTE_MS);
  const blocked_at = world.now_ms;
  for (const { user_id } of [ada, cy]) await bo.does("block", { user_id });
  await world.passes(MINUTE_MS);
  device.idles();
  await world.passes(MINUTE_MS);
  const gone = { user_id: bo.user_id, state: "offline", last_seen_at: blocked_at, status: null };
  assert.deepEqual(looks.sees(bo), gone);
  // To whoever hides their own last visit it was not shown before, and is not now.
  assert.deepEqual(stranger.sees(bo), { ...gone, last_seen_at: null });
});

test("PRS-11 MIG-1 a block from before this was kept shows its person as unknown", async () => {
  const world = new PeopleWorld();
  const { ada, bo, looks } = await looking(world);
  await bo.does("block", { user_id: ada.user_id });
  // The table as 0001_people made it, and what 0002 makes of it.
  bo.world.db.exec(`ALTER TABLE blocks DROP COLUMN seen_at;
    ALTER TABLE blocks DROP COLUMN status;`);
  for (const statement of blocksSeen) bo.world.db.exec(statement);
  bo.wake();
  bo.comesIn();
  await world.passes(limits.watch_lease_ms);
  assert.deepEqual([looks.sees(bo)?.state, looks.sees(bo)?.last_seen_at], ["offline", null]);
  assert.deepEqual(
    bo.rows("blocks").map(({ user_id, seen_at }) => [user_id, seen_at]),
    [[ada.user_id, null]],
  );
});
