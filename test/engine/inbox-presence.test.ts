import assert from "node:assert/strict";
import { test } from "node:test";
import { limits } from "../../schema/limits.ts";
import type { Presence } from "../../schema/presence.ts";
import { contacts, looking, PeopleWorld, roomId, TOLD_MS } from "./inbox-people-world.ts";

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;

const stateOf = (presence: Presence | null) => presence?.state ?? null;

test("PRS-1 from all devices together: each that comes, idles or goes counts", async () => {
  const world = new PeopleWorld();
  const { bo, looks } = await looking(world);
  assert.equal(stateOf(looks.sees(bo)), "offline");
  const phone = bo.comesIn();
  await world.passes(TOLD_MS);
  assert.equal(stateOf(looks.sees(bo)), "online");
  const laptop = bo.comesIn();
  phone.idles();
  await world.passes(TOLD_MS);
  assert.equal(stateOf(looks.sees(bo)), "online");
  laptop.idles();
  await world.passes(TOLD_MS);
  assert.equal(stateOf(looks.sees(bo)), "idle");
  phone.idles(false);
  await world.passes(TOLD_MS);
  assert.equal(stateOf(looks.sees(bo)), "online");
  phone.hangsUp();
  await world.passes(TOLD_MS);
  assert.equal(stateOf(looks.sees(bo)), "idle");
  laptop.hangsUp();
  await world.passes(TOLD_MS);
  assert.equal(stateOf(looks.sees(bo)), "offline");
});

test("PRS-2 PRS-5 who is invisible is offline to others, since when they hid", async () => {
  const world = new PeopleWorld();
  const { bo, looks } = await looking(world);
  const device = bo.comesIn();
  await world.passes(MINUTE_MS);
  const hid_at = world.now_ms;
  await bo.does("mode", { mode: "invisible" });
  await world.passes(10 * MINUTE_MS);
  assert.equal((await bo.state()).self.mode, "invisible");
  const seen = looks.sees(bo);
  assert.equal(stateOf(seen), "offline");
  // They were last heard of with a ping, before they hid.
  assert.ok(seen?.last_seen_at !== null && seen!.last_seen_at <= hid_at);
  assert.ok(hid_at - seen!.last_seen_at <= limits.heartbeat_ms);
  device.hangsUp();
  await world.passes(MINUTE_MS);
  await bo.does("mode", { mode: "auto" });
  await world.passes(MINUTE_MS);
  assert.deepEqual(looks.sees(bo), seen);
  for (const mode of ["away", "dnd"] as const) {
    bo.comesIn();
    await bo.does("mode", { mode });
    await world.passes(TOLD_MS);
    assert.equal(stateOf(looks.sees(bo)), mode);
  }
});

test("PRS-3 a device that goes without a word is missed within 45 seconds", async () => {
  for (const after_ms of [0, 7 * SECOND_MS, 24_999, 25_000, 49_000]) {
    const world = new PeopleWorld();
    const { bo, looks } = await looking(world);
    const device = bo.comesIn();
    await world.passes(10 * MINUTE_MS + after_ms);
    assert.equal(stateOf(looks.sees(bo)), "online");
    device.is_reachable = false;
    const heard_at = device.socket.last_ping_at;
    await world.passes(45 * SECOND_MS);
    const seen = looks.sees(bo);
    assert.equal(stateOf(seen), "offline", `after ${after_ms}`);
    assert.equal(seen?.last_seen_at, heard_at);
  }
});

test("PRS-3 SES-2 an inbox wakes once for each silence, looked at or not, and without devices it sleeps", async () => {
  const world = new PeopleWorld();
  const [ada, bo] = await contacts(world);
  const device = bo.comesIn();
  // What the contact left to be done, is done.
  await world.passes(10 * MINUTE_MS);
  const wakesIn = async (ms: number) => {
    const before = bo.wakes;
    await world.passes(ms);
    return bo.wakes - before;
  };
  // One device pings every 25 seconds, and is looked at when the newest ping is 40 old: once for each.
  const beats = (60 * MINUTE_MS) / limits.heartbeat_ms;
  const alone = await wakesIn(60 * MINUTE_MS);
  assert.ok(alone > 0 && alone <= beats + 1, `${alone}`);
  const looks = ada.comesIn();
  looks.watches(bo);
  await world.passes(TOLD_MS);
  assert.equal(stateOf(looks.sees(bo)), "online");
  const watched = await wakesIn(60 * MINUTE_MS);
  // The lease is renewed besides.
  assert.ok(watched <= beats + 2 + 60 / 7, `${watched}`);
  looks.hangsUp();
  device.hangsUp();
  await world.passes(limits.watch_lease_ms);
  assert.equal(await wakesIn(24 * 60 * MINUTE_MS), 0);
});

test("PRS-4 those who look are told when quiet hours begin and end", async () => {
  const world = new PeopleWorld();
  world.now_ms = Date.parse("2026-03-28T20:30:00Z");
  const { bo, looks } = await looking(world);
  bo.comesIn();
  const quiet_hours = {
    from_minute: 22 * 60,
    until_minute: 7 * 60,
    days: [6],
    time_zone: "Europe/Berlin",
  };
  await bo.does("settings", { change: { quiet_hours } });
  const at = async (text: string) => {
    await world.passes(Date.parse(text) - world.now_ms);
    return stateOf(looks.sees(bo));
  };
  assert.equal(await at("2026-03-28T20:59:59Z"), "online");
  assert.equal(await at("2026-03-28T21:00:03Z"), "dnd");
  // The night in which the clock is put forward.
  assert.equal(await at("2026-03-29T04:59:59Z"), "dnd");
  assert.equal(await at("2026-03-29T05:00:03Z"), "online");
  assert.equal(await at("2026-03-29T21:00:03Z"), "online");
});

test("PRS-5 the last visit goes to whom the person lets see it, and to nobody who hides their own", async () => {
  const world = new PeopleWorld();
  const { ada, bo, looks } = await looking(world);
  const cy = world.person("cy");
  world.meet(roomId("raven"), bo, cy);
  const other = cy.comesIn();
  other.watches({ user_id: bo.user_id, via: roomId("raven") });
  const device = bo.comesIn();
  await world.passes(MINUTE_MS);
  device.hangsUp();
  const left_at = world.now_ms;
  const seen = async () => {
    await world.passes(TOLD_MS + limits.presence_gather_ms);
    return [looks.sees(bo), other.sees(bo)].map((presence) => presence?.last_seen_at ?? null);
  };
  assert.deepEqual(await seen(), [left_at, left_at]);
  await bo.does("settings", { change: { last_seen: "contacts" } });
  assert.deepEqual(await seen(), [left_at, null]);
  await bo.does("settings", { change: { last_seen: "nobody" } });
  assert.deepEqual(await seen(), [null, null]);
  await bo.does("settings", { change: { last_seen: "everyone" } });
  await ada.does("settings", { change: { last_seen: "nobody" } });
  // To a stranger, contacts-only is hidden too: so one does not see theirs.
  await cy.does("settings", { change: { last_seen: "contacts" } });
  assert.deepEqual(await seen(), [null, null]);
  await ada.does("settings", { change: { last_seen: "contacts" } });
  await cy.does("settings", { change: { last_seen: "everyone" } });
  assert.deepEqual(await seen(), [left_at, left_at]);
});

test("PRS-6 a stranger sees nothing and leaves nothing, whatever room they name", async () => {
  const world = new PeopleWorld();
  const [bo, dee] = [world.person("bo"), world.person("dee")];
  bo.comesIn();
  await bo.does("status", { status: { text: "at sea", emoji: "", until: null } });
  world.meet(roomId("his"), bo);
  world.meet(roomId("hers"), dee);
  const looks = dee.comesIn();
  for (const via of [undefined, roomId("his"), roomId("hers")]) {
    looks.watches(via ? { user_id: bo.user_id, via } : bo);
    await world.passes(TOLD_MS);
    assert.deepEqual(looks.sees(bo), {
      user_id: bo.user_id,
      state: "offline",
      last_seen_at: null,
      status: null,
    });
    assert.deepEqual(bo.rows("watchers"), []);
  }
  world.meet(roomId("hers"), bo);
  await world.passes(limits.watch_lease_ms);
  assert.equal(stateOf(looks.sees(bo)), "online");
  assert.equal(looks.sees(bo)?.status?.text, "at sea");
  bo.leaves(roomId("hers"));
  await world.passes(TOLD_MS);
  assert.equal(stateOf(looks.sees(bo)), "offline");
  assert.deepEqual(bo.rows("watchers"), []);
});

test("PRS-6 CON-6 a block makes each offline to the other, and its end lets contacts look again", async () => {
  const world = new PeopleWorld();
  const { ada, bo, looks } = await looking(world);
  const device = bo.comesIn();
  device.watches(ada);
  await world.passes(TOLD_MS);
  assert.deepEqual([stateOf(looks.sees(bo)), stateOf(device.sees(ada))], ["online", "online"]);
  await bo.does("block", { user_id: ada.user_id });
  await world.passes(TOLD_MS);
  assert.deepEqual([stateOf(looks.sees(bo)), stateOf(device.sees(ada))], ["offline", "offline"]);
  assert.deepEqual(ada.rows("watchers"), []);
  await bo.does("unblock", { user_id: ada.user_id });
  await world.passes(TOLD_MS);
  assert.equal(stateOf(looks.sees(bo)), "offline");
  await ada.does("request", { user_id: bo.user_id });
  await world.passes(10);
  await bo.does("accept", { user_id: ada.user_id });
  await world.passes(TOLD_MS);
  assert.deepEqual([stateOf(looks.sees(bo)), stateOf(device.sees(ada))], ["online", "online"]);
});

test("PRS-7 one question for all devices, a renewal in time, and none when nobody shows them", async () => {
  const world = new PeopleWorld();
  const { ada, bo, looks } = await looking(world);
  assert.equal(world.calls.watch, 1);
  const other = ada.comesIn();
  other.watches(bo);
  await world.passes(TOLD_MS);
  assert.equal(world.calls.watch, 1);
  assert.equal(stateOf(other.sees(bo)), "offline");
  await world.passes(3 * limits.watch_lease_ms);
  assert.ok(world.calls.watch >= 4 && world.calls.watch <= 5);
  bo.comesIn();
  await world.passes(TOLD_MS);
  assert.deepEqual(
    [looks, other].map((device) => stateOf(device.sees(bo))),
    ["online", "online"],
  );
  looks.watches();
  await world.passes(MINUTE_MS);
  assert.equal(world.calls.unwatch, 0);
  other.hangsUp();
  await world.passes(MINUTE_MS);
  assert.equal(world.calls.unwatch, 1);
  assert.deepEqual(bo.rows("watchers"), []);
});

test("PRS-7 a device that comes right back finds everyone still watched", async () => {
  const world = new PeopleWorld();
  const { ada, bo, looks } = await looking(world);
  looks.hangsUp();
  const again = ada.comesIn();
  again.watches(bo);
  await world.passes(MINUTE_MS);
  assert.equal(stateOf(again.sees(bo)), "offline");
  assert.deepEqual([world.calls.watch, world.calls.unwatch], [1, 0]);
});

test("PRS-7 evictions of both sides change nothing", async () => {
  const world = new PeopleWorld();
  const { ada, bo, looks } = await looking(world);
  const device = bo.comesIn();
  await ada.isEvicted();
  await bo.isEvicted();
  await world.passes(TOLD_MS);
  assert.equal(stateOf(looks.sees(bo)), "online");
  for (let round = 0; round < 3; round += 1) {
    device.idles(round % 2 === 0);
    await bo.isEvicted();
    await world.passes(limits.presence_gather_ms);
    await ada.isEvicted();
    await world.passes(limits.watch_lease_ms);
    assert.equal(stateOf(looks.sees(bo)), round % 2 === 0 ? "idle" : "online");
  }
});

test("PRS-7 who cannot be reached is asked again, and a viewer who is gone is forgotten with the lease", async () => {
  const world = new PeopleWorld();
  const [ada, bo] = await contacts(world);
  world.reaches = () => {
    throw new Error("unreachable");
  };
  const looks = ada.comesIn();
  looks.watches(bo);
  await world.passes(MINUTE_MS);
  assert.equal(looks.sees(bo), null);
  world.reaches = () => {};
  await world.passes(MINUTE_MS);
  assert.equal(stateOf(looks.sees(bo)), "offline");
  world.reaches = () => {
    throw new Error("unreachable");
  };
  looks.hangsUp();
  await world.passes(2 * limits.watch_lease_ms);
  bo.comesIn();
  await world.passes(MINUTE_MS);
  assert.deepEqual(bo.rows("watchers"), []);
});

test("PRS-9 a status ends at its time, for oneself and for others", async () => {
  const world = new PeopleWorld();
  const { ada, bo, looks } = await looking(world);
  bo.comesIn();
  const until = world.now_ms + 5 * MINUTE_MS;
  const status = { text: "back soon", emoji: "☕", until };
  assert.equal(await bo.does("status", { status }), "done");
  assert.equal(await bo.does("status", { status }), "so already");
  const past = { ...status, until: world.now_ms };
  assert.equal(await bo.does("status", { status: past }), "invalid");
  await world.passes(4 * MINUTE_MS);
  assert.deepEqual(looks.sees(bo)?.status, status);
  await bo.isEvicted();
  await world.passes(MINUTE_MS + TOLD_MS);
  assert.equal(looks.sees(bo)?.status, null);
  assert.equal((await bo.state()).self.status, null);
  assert.equal(bo.log().filter((type) => type === "self.changed").length, 2);
  // One without an end stays, also at the time of the one before it.
  await bo.does("status", { status: { ...status, until: world.now_ms + MINUTE_MS } });
  await bo.does("status", { status: { ...status, until: null } });
  await world.passes(10 * MINUTE_MS);
  assert.equal((await bo.state()).self.status?.text, "back soon");
  assert.ok(ada.log().every((type) => type !== "self.changed"));
});

test("PRS-10 presence leaves nothing in any log", async () => {
  const world = new PeopleWorld();
  const { ada, bo } = await looking(world);
  const before = [ada.log(), bo.log()];
  const device = bo.comesIn();
  device.idles();
  await world.passes(10 * MINUTE_MS);
  device.hangsUp();
  await world.passes(10 * MINUTE_MS);
  const after = [ada.log(), bo.log()].map((types) =>
    types.filter((type) => !type.startsWith("device.")),
  );
  assert.deepEqual(
    after,
    before.map((types) => types.filter((type) => !type.startsWith("device."))),
  );
});
