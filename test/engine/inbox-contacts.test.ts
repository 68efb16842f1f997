import assert from "node:assert/strict";
import { test } from "node:test";
import { limits } from "../../schema/limits.ts";
import type { InboxCommandType } from "../../schema/inbox-commands.ts";
import type { RoomId } from "../../schema/ids.ts";
import { deriveId } from "../../schema/ids.ts";
import { wishes } from "../../durable/inbox/stores/wishes.ts";
import { seededRandom } from "../support/random.ts";
import { contacts, PeopleWorld, roomId } from "./inbox-people-world.ts";

const LONG_MS = 3_600_000;

test("CON-1 a request is seen by the other, who accepts it, and either may end it", async () => {
  const world = new PeopleWorld();
  const [ada, bo] = [world.person("ada"), world.person("bo")];
  assert.equal(await ada.does("request", { user_id: bo.user_id }), "done");
  await world.passes(10);
  assert.deepEqual([ada.stands(bo), bo.stands(ada)], ["requested", "requests"]);
  assert.equal(await bo.does("accept", { user_id: ada.user_id }), "done");
  await world.passes(10);
  assert.deepEqual([ada.stands(bo), bo.stands(ada)], ["contact", "contact"]);
  assert.equal(await ada.does("remove", { user_id: bo.user_id }), "done");
  await world.passes(10);
  assert.deepEqual([ada.stands(bo), bo.stands(ada)], [null, null]);
});

test("CON-1 what is so already has no event, and what is not there cannot be answered", async () => {
  const world = new PeopleWorld();
  const [ada, bo] = await contacts(world);
  const before = ada.log();
  assert.equal(await ada.does("request", { user_id: bo.user_id }), "so already");
  assert.equal(await ada.does("accept", { user_id: bo.user_id }), "so already");
  assert.equal(await ada.does("cancel", { user_id: bo.user_id }), "no_request");
  assert.equal(await ada.does("decline", { user_id: bo.user_id }), "no_request");
  for (const type of ["request", "accept", "remove", "block"] satisfies InboxCommandType[])
    assert.equal(await ada.does(type, { user_id: ada.user_id }), "invalid");
  assert.deepEqual(ada.log(), before);
});

test("CON-3 a declined request is gone on both sides, and may be made again", async () => {
  const world = new PeopleWorld();
  const [ada, bo] = [world.person("ada"), world.person("bo")];
  await ada.does("request", { user_id: bo.user_id });
  await world.passes(10);
  await bo.does("decline", { user_id: ada.user_id });
  await world.passes(10);
  assert.deepEqual([ada.stands(bo), bo.stands(ada)], [null, null]);
  await ada.does("request", { user_id: bo.user_id });
  await world.passes(10);
  assert.deepEqual([ada.stands(bo), bo.stands(ada)], ["requested", "requests"]);
});

test("CON-4 a wish is told when the other can be reached again, by whichever life of the inbox", async () => {
  const world = new PeopleWorld();
  const [ada, bo] = [world.person("ada"), world.person("bo")];
  world.reaches = () => {
    throw new Error("unreachable");
  };
  await ada.does("request", { user_id: bo.user_id });
  await world.passes(60_000);
  assert.equal(bo.stands(ada), null);
  await ada.isEvicted();
  world.reaches = () => {};
  await world.passes(LONG_MS);
  assert.equal(bo.stands(ada), "requests");
  assert.equal(ada.engine.context.outbox.pending().entries, 0);
});

test("CON-2 CON-3 CON-7 over a network that loses and repeats, whatever is done ends in agreement", async () => {
  const asked: InboxCommandType[] = [
    "request",
    "request",
    "accept",
    "accept",
    "decline",
    "cancel",
    "remove",
    "block",
    "unblock",
  ];
  const reached = new Set<string>();
  for (let seed = 1; seed <= 60; seed += 1) {
    const world = new PeopleWorld(seed);
    const luck = seededRandom(seed);
    const people = [world.person("ada"), world.person("bo")] as const;
    const may_fail = () => {
      if (luck.chance(0.3)) throw new Error("lost");
    };
    world.reaches = may_fail;
    world.answers = may_fail;
    for (let step = 0; step < 25; step += 1) {
      const one = luck.pick(people);
      const other = people[one === people[0] ? 1 : 0];
      if (luck.chance(0.15)) await one.isEvicted();
      await one.does(luck.pick(asked), { user_id: other.user_id });
      if (luck.chance(0.5)) await world.passes(luck.int(20_000));
    }
    for (const one of people)
      await one.does("unblock", { user_id: people[one === people[0] ? 1 : 0].user_id });
    await world.passes(LONG_MS);
    world.reaches = () => {};
    world.answers = () => {};
    await world.passes(LONG_MS);
    const states = JSON.stringify([people[0].stands(people[1]), people[1].stands(people[0])]);
    assert.ok(
      [
        "[null,null]",
        '["requested","requests"]',
        '["requests","requested"]',
        '["contact","contact"]',
      ].includes(states),
      `seed ${seed}: ${states}`,
    );
    reached.add(states);
  }
  assert.equal(reached.size, 4);
});

test("CON-5 open requests are limited, and an answer makes room", async () => {
  const world = new PeopleWorld();
  const ada = world.person("ada");
  const others = Array.from({ length: limits.contact_requests + 1 }, (_, at) =>
    deriveId("user", `other ${at}`),
  );
  for (const user_id of others.slice(0, -1))
    assert.equal(await ada.does("request", { user_id }), "done");
  assert.equal(await ada.does("request", { user_id: others.at(-1) }), "too_many");
  await ada.does("cancel", { user_id: others[0] });
  assert.equal(await ada.does("request", { user_id: others.at(-1) }), "done");
});

test("CON-5 contacts are limited, also for requests of others", async () => {
  const world = new PeopleWorld();
  const [ada, bo] = [world.person("ada"), world.person("bo")];
  await bo.does("request", { user_id: ada.user_id });
  await world.passes(10);
  for (let at = 0; at < limits.contacts; at += 1)
    wishes.put(
      ada.host.sql,
      deriveId("user", `contact ${at}`),
      { wants: true, version: 1, theirs_wants: true, theirs_version: 1, ends_version: 0 },
      1,
    );
  for (const type of ["accept", "request"] as const)
    assert.equal(await ada.does(type, { user_id: bo.user_id }), "too_many");
});

test("CON-5 a flood of requests is bounded, and the oldest goes as if it were declined", async () => {
  const world = new PeopleWorld();
  const [ada, bo] = [world.person("ada"), world.person("bo")];
  await bo.does("request", { user_id: ada.user_id });
  await world.passes(10);
  for (let at = 0; at < limits.requests_received; at += 1)
    await ada.engine.wish(deriveId("user", `flood ${at}`), {
      kind: "wishes",
      version: 1,
      wants: true,
    });
  assert.equal((await ada.state()).contacts.length, limits.requests_received);
  await world.passes(10);
  assert.deepEqual([ada.stands(bo), bo.stands(ada)], [null, null]);
});

test("CON-5 whoever comes and goes does not fill the storage", async () => {
  const world = new PeopleWorld();
  const ada = world.person("ada");
  for (let at = 0; at < 1_500; at += 1) {
    const from = deriveId("user", `stranger ${at}`);
    await ada.engine.wish(from, { kind: "wishes", version: 1, wants: true });
    await ada.engine.wish(from, { kind: "wishes", version: 2, wants: false });
  }
  const [row] = ada.host.sql.exec("SELECT COUNT(*) AS count FROM wishes", []);
  assert.ok(Number(row?.count) <= 1_000);
});

test("CON-6 CON-8 a block shows the blocked what they saw before, and whatever they ask stays asked", async () => {
  const world = new PeopleWorld();
  const [ada, bo] = await contacts(world);
  const before = ada.log();
  const calls = { ...world.calls };
  assert.equal(await bo.does("block", { user_id: ada.user_id }), "done");
  assert.equal(await bo.does("block", { user_id: ada.user_id }), "so already");
  await world.passes(LONG_MS);
  assert.deepEqual([ada.stands(bo), bo.stands(ada)], ["contact", null]);
  assert.deepEqual(ada.log(), before);
  assert.deepEqual(bo.log().slice(-2), ["contact.gone", "block.added"]);
  // She ends it herself and asks again: as anybody who is not answered.
  await ada.does("remove", { user_id: bo.user_id });
  await world.passes(10);
  await ada.does("request", { user_id: bo.user_id });
  await world.passes(LONG_MS);
  assert.deepEqual([ada.stands(bo), bo.stands(ada)], ["requested", null]);
  assert.equal(bo.log().at(-1), "block.added");
  assert.equal(world.calls.wish - calls.wish, 3);
  for (const type of ["accept", "decline", "cancel"] as const)
    assert.equal(await bo.does(type, { user_id: ada.user_id }), "no_request");
  assert.equal(await bo.does("request", { user_id: ada.user_id }), "invalid");
});

test("CON-7 who is unblocked is a stranger again on both sides, and may ask anew", async () => {
  const world = new PeopleWorld();
  const [ada, bo] = await contacts(world);
  await bo.does("block", { user_id: ada.user_id });
  await world.passes(LONG_MS);
  await bo.isEvicted();
  assert.equal(await bo.does("unblock", { user_id: ada.user_id }), "done");
  assert.equal(await bo.does("unblock", { user_id: ada.user_id }), "so already");
  await world.passes(10);
  assert.deepEqual([ada.stands(bo), bo.stands(ada)], [null, null]);
  await ada.does("request", { user_id: bo.user_id });
  await world.passes(10);
  assert.deepEqual([ada.stands(bo), bo.stands(ada)], ["requested", "requests"]);
});

test("CON-8 so many people can be blocked", async () => {
  const world = new PeopleWorld();
  const ada = world.person("ada");
  for (let at = 0; at < limits.blocks; at += 1) {
    await ada.does("block", { user_id: deriveId("user", `nuisance ${at}`) });
    if (at % limits.commands_per_second === 0) await world.passes(1_000);
  }
  assert.equal(await ada.does("block", { user_id: world.person("bo").user_id }), "too_many");
  assert.equal((await ada.state()).blocks.length, limits.blocks);
});

test("CON-9 a block does not change who is told that they may write", async () => {
  const world = new PeopleWorld();
  const [ada, bo] = await contacts(world);
  const cy = world.person("cy");
  world.meet(roomId("raven"), bo, cy);
  await world.settle();
  const asks = (room_ids: RoomId[]) =>
    Promise.all([ada, cy].map(({ user_id }) => bo.engine.takesDirect(user_id, room_ids)));
  const answers = async () => [...(await asks([roomId("raven")])), ...(await asks([]))];
  assert.deepEqual(await answers(), [true, true, true, true]);
  await bo.does("settings", { change: { direct_from: "shared" } });
  assert.deepEqual(await answers(), [true, true, true, false]);
  await bo.does("settings", { change: { direct_from: "contacts" } });
  assert.deepEqual(await answers(), [true, false, true, false]);
  for (const { user_id } of [ada, cy]) await bo.does("block", { user_id });
  assert.deepEqual(await answers(), [true, false, true, false]);
  await ada.does("remove", { user_id: bo.user_id });
  await world.passes(10);
  assert.deepEqual(await answers(), [false, false, false, false]);
});

test("CON-10 an eviction does not refill what may be compared", async () => {
  const world = new PeopleWorld();
  const ada = world.person("ada");
  assert.equal(await ada.engine.takeLookups(ada.caller, limits.contact_lookups_burst), 0);
  await ada.isEvicted();
  const wait_ms = await ada.engine.takeLookups(ada.caller, 1);
  assert.ok(wait_ms > 0);
  await world.passes(wait_ms);
  assert.equal(await ada.engine.takeLookups(ada.caller, 500), 0);
  await world.passes(2 * LONG_MS);
  assert.ok((await ada.engine.takeLookups(ada.caller, 1)) > LONG_MS);
});

test("CON-11 settings keep what a change does not name", async () => {
  const world = new PeopleWorld();
  const ada = world.person("ada");
  assert.equal(await ada.does("settings", { change: { last_seen: "contacts" } }), "done");
  assert.equal(await ada.does("settings", { change: { findable: true } }), "done");
  assert.equal(await ada.does("settings", { change: { findable: true } }), "so already");
  assert.equal(await ada.does("settings", { change: {} }), "so already");
  assert.deepEqual((await ada.state()).settings, {
    last_seen: "contacts",
    direct_from: "everyone",
    findable: true,
    show_reads: true,
    quiet_hours: null,
  });
});

test("CON-12 whoever is erased is nobody's contact and nobody's request any more", async () => {
  const world = new PeopleWorld();
  const [ada, bo] = await contacts(world);
  const [cleo, dan] = [world.person("cleo"), world.person("dan")];
  await bo.does("request", { user_id: cleo.user_id });
  await dan.does("request", { user_id: bo.user_id });
  await world.passes(10);
  assert.deepEqual(
    [ada.stands(bo), cleo.stands(bo), dan.stands(bo)],
    ["contact", "requests", "requested"],
  );
  // Once in vain, as long as somebody cannot be told; then again.
  world.reaches = (_from, to, call) => {
    if (call === "wish" && to === cleo.user_id) throw new Error("away");
  };
  await assert.rejects(bo.engine.erase());
  world.reaches = () => {};
  await bo.engine.erase();
  await world.passes(10);
  assert.deepEqual([ada.stands(bo), cleo.stands(bo), dan.stands(bo)], [null, null, null]);
  assert.equal(bo.engine.context.inbox(), null);
});
