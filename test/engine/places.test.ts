import assert from "node:assert/strict";
import { test } from "node:test";
import { limits } from "../../schema/limits.ts";
import { createInboxEngine } from "../../durable/inbox/engine.ts";
import { LocalInboxes, deviceId, roomId } from "../support/local-inbox.ts";
import { callerOf, userId } from "../support/local-room.ts";
import { aRoom, codeOf } from "./world.ts";

const MAX = limits.sockets_per_user;

/** Ada's inbox, and rooms that say how many sockets she has there. */
async function ada() {
  const all = new LocalInboxes();
  const inbox = all.at("ada");
  await inbox.signsIn();
  const ticket = (room: string) =>
    inbox.hears(inbox.engine.mayOpen(deviceId("ada"), roomId(room))).then(codeOf);
  /** Opens a socket in a room as the room does: it says how many there are already. */
  const opens = async (room: string): Promise<boolean> => {
    const here = all.sockets_in.get(roomId(room)) ?? 0;
    const may = await inbox.hears(inbox.engine.takePlace(roomId(room), here));
    if (may) all.sockets_in.set(roomId(room), here + 1);
    return may;
  };
  return { all, inbox, ticket, opens };
}

test("CAP-1 the eleventh socket gets neither a ticket nor a place, over all rooms and the inbox", async () => {
  const { all, inbox, ticket, opens } = await ada();
  assert.ok(typeof inbox.opens() !== "string");
  for (let count = 1; count < MAX; count += 1) {
    assert.equal(await ticket(`room ${count % 4}`), "accepted");
    assert.ok(await opens(`room ${count % 4}`));
  }
  assert.equal(await ticket("room 1"), "too_many_sockets");
  assert.equal(await ticket("another"), "too_many_sockets");
  assert.equal(await opens("room 2"), false);
  const inbox_ticket = await inbox.hears(inbox.engine.mayOpen(deviceId("ada"), null));
  assert.equal(codeOf(inbox_ticket), "too_many_sockets");
  assert.equal(
    [...all.sockets_in.values()].reduce((sum, one) => sum + one),
    MAX - 1,
  );
});

test("CAP-1 the inbox's own socket is refused where rooms have all places", async () => {
  const { all, inbox, opens } = await ada();
  for (let count = 0; count < MAX; count += 1) assert.ok(await opens("raven"));
  const opening = {
    caller: inbox.caller(),
    room_id: null,
    version: 1,
    encoding: "json" as const,
    ticket_id: "one",
    ticket_expires_at: all.now_ms + limits.ticket_ms,
  };
  const refused = await inbox.hears(inbox.engine.letIn(opening));
  assert.equal(refused.kind === "refused" && refused.refusal.code, "too_many_sockets");
  all.sockets_in.set(roomId("raven"), MAX - 1);
  assert.equal((await inbox.hears(inbox.engine.letIn(opening))).kind, "accepted");
});

test("CAP-1 a deployment may choose another number", async () => {
  const { all, inbox } = await ada();
  const settings = { sockets_per_user: 2 };
  const engine = createInboxEngine(inbox.host, inbox.user_id, all.peers(), settings);
  const takes = () => inbox.hears(engine.takePlace(roomId("raven"), taken));
  let taken = 0;
  while (await takes()) all.sockets_in.set(roomId("raven"), (taken += 1));
  assert.equal(taken, 2);
});

test("CAP-2 sockets that have closed without a word have free places, and rooms are asked only then", async () => {
  const { all, ticket, opens } = await ada();
  const asked: string[] = [];
  const push = all.calls.push.bind(all.calls);
  all.calls.push = (...calls) => {
    asked.push(...calls.map(({ name }) => name));
    return push(...calls);
  };
  for (let count = 0; count < MAX; count += 1) {
    assert.ok(await opens(`room ${count}`));
    if (count < MAX - 1) assert.equal(await ticket("another"), "accepted");
  }
  assert.deepEqual(asked, [], "as long as there are places nobody is asked");
  assert.equal(await ticket("another"), "too_many_sockets");
  assert.equal(asked.filter((name) => name === "socketsOf").length, MAX);
  all.sockets_in.set(roomId("room 3"), 0);
  assert.equal(await ticket("another"), "accepted");
  assert.ok(await opens("another"));
  assert.equal(await ticket("another"), "too_many_sockets");
});

test("CAP-2 a device whose line breaks again and again is never refused", async () => {
  const { all, ticket, opens } = await ada();
  for (let time = 0; time < 5 * MAX; time += 1) {
    const room = `room ${time % 3}`;
    assert.equal(await ticket(room), "accepted");
    assert.ok(await opens(room));
    all.sockets_in.set(roomId(room), 0);
  }
});

test("CAP-2 a room counts without those that have died in silence, and with those that are being opened", async () => {
  const { local } = aRoom({ members: ["bo"] });
  const alive = local.connect("bo");
  assert.ok(typeof alive !== "string");
  const dead = local.connect("bo");
  assert.equal(local.engine.socketsOf(userId("bo")), 2);
  local.now_ms += limits.dead_socket_ms + 1;
  alive.last_ping_at = local.now_ms;
  assert.equal(local.engine.socketsOf(userId("bo")), 1);
  assert.ok(typeof dead !== "string" && dead.closed !== null);
  local.world.sockets.clear();
  local.wake();
  assert.equal(local.engine.socketsOf(userId("bo")), 0, "they went with the machine");
  assert.equal(local.engine.socketsOf(userId("dee")), 0);
});

const openingOf = (local: ReturnType<typeof aRoom>["local"], ticket_id: string) => ({
  caller: callerOf("bo"),
  room_id: local.room_id,
  version: 1,
  encoding: "json" as const,
  ticket_id,
  ticket_expires_at: local.now_ms + limits.ticket_ms,
});

test("CAP-1 CAP-4 a room asks before it lets anyone in, and says how many there are, those at the door included", async () => {
  const { local } = aRoom({ members: ["bo"] });
  local.connect("bo");
  const inbox = local.inboxes.at(userId("bo"));
  const both = ["one", "two"].map((ticket_id) => local.engine.letIn(openingOf(local, ticket_id)));
  assert.deepEqual(
    (await Promise.all(both)).map(({ kind }) => kind),
    ["accepted", "accepted"],
  );
  assert.deepEqual(inbox.places, [1, 2]);
  assert.equal(local.engine.socketsOf(userId("bo")), 1, "nobody is at the door any more");
  inbox.has_place = false;
  const refused = await local.engine.letIn(openingOf(local, "three"));
  assert.equal(refused.kind === "refused" && refused.refusal.code, "too_many_sockets");
  inbox.has_place = true;
  const again = await local.engine.letIn(openingOf(local, "three"));
  assert.equal(again.kind, "accepted", "the ticket was not used up");
});

test("CAP-1 a stranger's inbox is not asked, and what happens meanwhile counts", async () => {
  const { local } = aRoom({ members: ["bo"] });
  const stranger = { ...openingOf(local, "one"), caller: callerOf("dee") };
  const refused = await local.engine.letIn(stranger);
  assert.equal(refused.kind === "refused" && refused.refusal.code, "not_found");
  assert.deepEqual(local.inboxes.at(userId("dee")).places, []);
  const coming = local.engine.letIn(openingOf(local, "two"));
  local.engine.endSession(userId("bo"), callerOf("bo").device_id);
  const late = await coming;
  assert.equal(late.kind === "refused" && late.refusal.code, "ticket_refused");
});

test("CAP-3 a room that cannot be asked counts as it did", async () => {
  const { all, inbox, opens } = await ada();
  for (let count = 0; count < MAX; count += 1) assert.ok(await opens(`room ${count % 2}`));
  all.sockets_in.clear();
  all.is_held = true;
  const asking = inbox.engine.mayOpen(deviceId("ada"), roomId("raven"));
  await all.settle();
  const [first, second] = all.calls.splice(0);
  first!.isLost();
  await second!.arrives();
  assert.equal(codeOf(await asking), "accepted", "the other has let go of its places");
  assert.deepEqual(
    inbox.rows("room_sockets").map(({ sockets }) => sockets),
    [MAX / 2],
  );
});

test("CAP-3 an inbox that cannot be asked keeps nobody out", async () => {
  const { local } = aRoom({ members: ["bo"] });
  local.inboxes.fate = () => "lost";
  assert.equal((await local.engine.letIn(openingOf(local, "one"))).kind, "accepted");
});

test("CAP-4 of several that open at once no more come in than there are places", async () => {
  const { all, inbox, opens } = await ada();
  for (let count = 0; count < MAX - 2; count += 1) assert.ok(await opens(`room ${count}`));
  // Each room says the truth when it is asked, and its socket is there as soon as it may be.
  const coming = ["a", "b", "c", "d", "e"].map(async (room) => {
    const may = await inbox.engine.takePlace(roomId(room), 0);
    if (may) all.sockets_in.set(roomId(room), 1);
    return may;
  });
  const came = await inbox.hears(Promise.all(coming));
  assert.equal(came.filter(Boolean).length, 2);
});

test("CAP-4 an answer from before somebody came in does not take their place away", async () => {
  const { all, inbox, opens } = await ada();
  for (let count = 0; count < MAX; count += 1) assert.ok(await opens(`room ${count}`));
  all.sockets_in.set(roomId("room 0"), 0);
  all.is_held = true;
  const asking = inbox.engine.mayOpen(deviceId("ada"), roomId("raven"));
  await all.settle();
  const calls = all.calls.splice(0);
  await calls.find(({ to }) => to === roomId("room 0"))!.arrives();
  // Room 0 was counted as empty; meanwhile a socket comes in to room 1, whose answer is still under way.
  assert.ok(await inbox.engine.takePlace(roomId("room 1"), 1));
  for (const call of calls.filter(({ to }) => to !== roomId("room 0"))) await call.arrives();
  assert.equal(codeOf(await asking), "too_many_sockets");
});

test("CAP-5 what the inbox knows outlasts an eviction", async () => {
  const { inbox, ticket, opens } = await ada();
  for (let count = 0; count < MAX; count += 1) assert.ok(await opens(`room ${count}`));
  inbox.wake();
  assert.equal(await ticket("another"), "too_many_sockets");
});

test("CAP-1 an inbox in which nobody ever signed in keeps no count, and nobody out", async () => {
  const all = new LocalInboxes();
  const inbox = all.at("ghost");
  for (let count = 0; count <= MAX; count += 1)
    assert.ok(await inbox.hears(inbox.engine.takePlace(roomId("raven"), count)));
  assert.equal(inbox.world.db.prepare("SELECT COUNT(*) AS n FROM sqlite_master").get()?.["n"], 0);
});
