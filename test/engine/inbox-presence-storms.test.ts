import assert from "node:assert/strict";
import { test } from "node:test";
import { deriveId } from "../../schema/ids.ts";
import { limits } from "../../schema/limits.ts";
import { looking, PeopleWorld, roomId, TOLD_MS } from "./inbox-people-world.ts";

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;

test("PRS-8 who comes and goes within the time of gathering was never away", async () => {
  const world = new PeopleWorld();
  const { bo, looks } = await looking(world);
  bo.comesIn();
  await world.passes(TOLD_MS);
  looks.hears();
  const told = world.calls.seen;
  for (let flap = 0; flap < 20; flap += 1) {
    bo.devices.at(-1)!.hangsUp();
    bo.comesIn();
    await world.passes(50);
  }
  await world.passes(MINUTE_MS);
  assert.deepEqual(looks.hears(), []);
  assert.equal(world.calls.seen, told);
});

test("PRS-8 a storm of ten thousand changes is at most a frame a second, of those who are shown", async () => {
  const world = new PeopleWorld();
  const ada = world.person("ada");
  const raven = roomId("raven");
  world.meet(raven, ada);
  const crowd = Array.from({ length: 250 }, (_, at) => world.person(`member ${at}`));
  for (const person of crowd) person.isIn(raven);
  await world.settle();
  const looks = ada.comesIn();
  const shown = crowd.slice(0, limits.watched_users);
  looks.watches(...shown.map(({ user_id }) => ({ user_id, via: raven })));
  await world.passes(TOLD_MS);
  assert.equal(world.calls.watch, limits.watched_users);
  assert.deepEqual(
    looks.hears().map((users) => users.length),
    [limits.watched_users],
  );
  const seconds = 10;
  for (let change = 0; change < 10_000; change += 1) {
    const { user_id } = crowd[change % crowd.length]!;
    const state = change % 3 === 0 ? "idle" : change % 3 === 1 ? "online" : "away";
    await ada.engine.seen({ user_id, state, last_seen_at: null, status: null });
    if (change % 100 === 99) await world.passes((seconds * SECOND_MS) / 100);
  }
  await world.passes(TOLD_MS);
  const frames = looks.hears();
  assert.ok(frames.length <= seconds + 3, `${frames.length} frames`);
  assert.ok(frames.length >= seconds - 2, `${frames.length} frames`);
  for (const users of frames) {
    assert.ok(users.length <= limits.watched_users);
    assert.ok(users.every(({ user_id }) => shown.some((person) => person.user_id === user_id)));
  }
});

test("PRS-8 opening a room of ten thousand asks about those on the screen only, at most so many at once", async () => {
  const world = new PeopleWorld();
  const ada = world.person("ada");
  const raven = roomId("raven");
  world.meet(raven, ada);
  const members = Array.from({ length: 10_000 }, (_, at) => deriveId("user", `member ${at}`));
  const looks = ada.comesIn();
  let at_once = 0;
  let most = 0;
  world.absent = async (user_id) => {
    at_once += 1;
    most = Math.max(most, at_once);
    await new Promise((resolve) => setImmediate(resolve));
    at_once -= 1;
    return { user_id, state: "online", last_seen_at: null, status: null };
  };
  const screen = (from: number) =>
    looks.watches(
      ...members
        .slice(from, from + limits.watched_users)
        .map((user_id) => ({ user_id, via: raven })),
    );
  screen(0);
  await world.passes(TOLD_MS);
  assert.equal(world.calls.watch, 200);
  assert.equal(most, limits.presence_calls);
  // Half a screen further: only who is new is asked about, and who is gone is left.
  screen(100);
  await world.passes(TOLD_MS);
  assert.deepEqual([world.calls.watch, world.calls.unwatch], [300, 100]);
  assert.equal(looks.hears().length, 2);
  looks.says({
    type: "watch",
    users: members.slice(0, 201).map((user_id) => ({ user_id, via: raven })),
  });
  await world.passes(TOLD_MS);
  assert.equal(world.calls.watch, 300);
});

test("PRS-8 a person at whom thousands look tells so many strangers, and every contact", async () => {
  const world = new PeopleWorld();
  const { ada, bo } = await looking(world);
  world.meet(roomId("raven"), bo);
  world.absent = async (user_id) => ({
    user_id,
    state: "offline",
    last_seen_at: null,
    status: null,
  });
  for (let at = 0; at < limits.watchers + 50; at += 1)
    await bo.engine.watch({
      user_id: deriveId("user", `viewer ${at}`),
      via: roomId("raven"),
      shows_last_seen: true,
      lease_ms: limits.watch_lease_ms,
    });
  assert.equal(bo.rows("watchers").length, limits.watchers);
  await bo.engine.watch({
    user_id: ada.user_id,
    via: null,
    shows_last_seen: true,
    lease_ms: 100 * limits.watch_lease_ms,
  });
  bo.comesIn();
  await world.passes(TOLD_MS);
  assert.equal(world.calls.seen, limits.watchers);
  // A lease is as long as the rules say, whatever is asked for.
  await world.passes(2 * limits.watch_lease_ms);
  for (const row of bo.rows("watchers"))
    assert.ok(Number(row["lease_until"]) <= world.now_ms + limits.watch_lease_ms);
});
