import assert from "node:assert/strict";
import { test } from "node:test";
import { chainFault } from "../../schema/chain.ts";
import { closes } from "../../schema/closes.ts";
import { limits } from "../../schema/limits.ts";
import { defaultRoomSettings } from "../../schema/room.ts";
import { rebuild } from "../../durable/room/rebuild.ts";
import type { LocalSocket } from "../support/local-room.ts";
import { callerOf, userId } from "../support/local-room.ts";
import type { World } from "./world.ts";
import { aRoom, codeOf } from "./world.ts";

function view(room: World, name = "ada") {
  const answer = room.local.engine.view(callerOf(name));
  assert.ok(answer.ok);
  return answer.value;
}
const member = (room: World, name: string) =>
  view(room).members.find(({ user_id }) => user_id === userId(name));
const admin = (room: World, name: string) =>
  room.does("ada", "role", { user_id: userId(name), role: "admin" });

test("RNG-1 owners and admins change what a room is called and is for, and only what changes is said", () => {
  const room = aRoom({ members: ["bo"] });
  assert.equal(room.refusal("bo", "change", { name: "Bo's" }), "not_allowed");
  assert.equal(room.refusal("dee", "change", { name: "Dee's" }), "not_found");
  const words = { name: "Tea", topic: "green", description: "About\ntea", guidelines: "Be kind." };
  room.does("ada", "change", words);
  const { name, topic, description, guidelines } = view(room).room;
  assert.deepEqual({ name, topic, description, guidelines }, words);
  assert.equal(room.does("ada", "change", words).receipt, null);
  room.does("ada", "change", { ...words, topic: "black" });
  assert.deepEqual(room.log().at(-1)?.body, { topic: "black" });
  const direct = aRoom({ kind: "direct" });
  assert.equal(direct.refusal("ada", "change", { name: "Us" }), "direct_room");
});

test("RNG-1 settings are changed one by one, and what was never changed is as everywhere", () => {
  const room = aRoom();
  assert.deepEqual(view(room).room.settings, defaultRoomSettings);
  room.does("ada", "change", { settings: { pins_max: 7, posting: "everyone" } });
  assert.deepEqual(room.log().at(-1)?.body, { settings: { pins_max: 7 } });
  assert.deepEqual(view(room).room.settings, { ...defaultRoomSettings, pins_max: 7 });
  for (const settings of [{ pins_max: -1 }, { pins_max: limits.pins_max + 1 }, { more: 1 }])
    assert.equal(room.refusal("ada", "change", { settings }), "invalid");
});

test("RNG-2 in an archived room one reads and leaves, and it can be brought back", () => {
  const room = aRoom({ members: ["bo"] });
  const message_id = room.writes("bo", "hello");
  room.does("ada", "change", { archived: true });
  assert.equal(view(room).room.archived_at, room.local.now_ms);
  const refused = [
    room.refusal("bo", "send", { text: "anybody?" }),
    room.refusal("bo", "edit", { message_id, text: "hallo" }),
    room.refusal("bo", "delete", { message_id }),
    room.refusal("bo", "react", { message_id, emoji: "👍" }),
    room.refusal("ada", "pin", { message_id }),
    room.refusal("ada", "change", { name: "Old" }),
    room.refusal("ada", "change", { archived: false, name: "Old" }),
    room.refusal("ada", "add", { user_id: userId("cy") }),
    room.refusal("cy", "join"),
    room.refusal("ada", "remove", { user_id: userId("bo") }),
    room.refusal("ada", "role", { user_id: userId("bo"), role: "admin" }),
  ];
  assert.deepEqual([...new Set(refused)], ["room_archived"]);
  assert.deepEqual(room.page("bo"), ["hello"]);
  room.does("bo", "leave");
  assert.equal(room.does("ada", "change", { archived: true }).receipt, null);
  room.does("ada", "change", { archived: false });
  room.writes("ada", "here we are again");
});

test("RNG-3 where only admins write, members read and react", () => {
  const room = aRoom({ members: ["bo", "cy"] });
  admin(room, "cy");
  room.does("ada", "change", { settings: { posting: "admins" } });
  const message_id = room.writes("cy", "News");
  assert.equal(room.refusal("bo", "send", { text: "?" }), "read_only");
  assert.equal(room.refusal("bo", "send", { text: "?", parent: message_id }), "read_only");
  room.does("bo", "react", { message_id, emoji: "👍" });
});

test("RNG-4 owners give and take roles, admins step down, and a room keeps an owner", () => {
  const room = aRoom({ members: ["bo", "cy"] });
  const bo = userId("bo");
  assert.equal(room.refusal("bo", "role", { user_id: bo, role: "admin" }), "not_allowed");
  admin(room, "bo");
  assert.equal(member(room, "bo")?.role, "admin");
  assert.equal(room.does("ada", "role", { user_id: bo, role: "admin" }).receipt, null);
  for (const role of ["admin", "owner"])
    assert.equal(room.refusal("bo", "role", { user_id: userId("cy"), role }), "not_allowed");
  assert.equal(room.refusal("bo", "role", { user_id: bo, role: "owner" }), "not_allowed");
  const ada = userId("ada");
  assert.equal(room.refusal("ada", "role", { user_id: ada, role: "member" }), "last_owner");
  assert.equal(room.refusal("ada", "role", { user_id: userId("eve"), role: "admin" }), "not_found");
  room.does("ada", "role", { user_id: bo, role: "owner" });
  room.does("ada", "role", { user_id: ada, role: "admin" });
  room.does("ada", "role", { user_id: ada, role: "member" });
  assert.equal(member(room, "bo")?.role, "owner");
});

test("RNG-5 whoever is removed hears so and nothing after it, and may not come back to a group by themselves", async () => {
  const room = aRoom({ kind: "group", members: ["bo", "cy"] });
  const bo = room.comesIn("bo");
  assert.equal(room.refusal("cy", "remove", { user_id: userId("bo") }), "not_allowed");
  assert.equal(room.refusal("ada", "remove", { user_id: userId("ada") }), "invalid");
  assert.equal(room.refusal("ada", "remove", { user_id: userId("eve") }), "not_found");
  room.asksLater("ada", "send", { text: "last words" });
  room.asksLater("ada", "remove", { user_id: userId("bo") });
  room.asksLater("ada", "send", { text: "about bo" });
  room.local.settle();
  const heard = bo.frames().flatMap((frame) => (frame.type === "events" ? frame.events : []));
  assert.deepEqual(
    heard.map(({ type }) => type),
    ["message.sent", "member.removed"],
  );
  assert.equal(bo.closed?.code, closes.removed.code);
  assert.equal(room.refusal("bo", "join"), "not_found");
  await room.local.engine.alarm();
  room.passes(limits.mark_gather_ms);
  await room.local.engine.alarm();
  assert.deepEqual(room.local.inboxes.at(userId("bo")).told.at(-1), { gone_seq: 3 });
});

test("RNG-5 admins remove members, and neither one another nor owners", () => {
  const room = aRoom({ members: ["bo", "cy", "dee"] });
  admin(room, "bo");
  admin(room, "cy");
  for (const name of ["ada", "cy"])
    assert.equal(room.refusal("bo", "remove", { user_id: userId(name) }), "not_allowed");
  room.does("bo", "remove", { user_id: userId("dee") });
  room.does("ada", "remove", { user_id: userId("cy") });
});

test("RNG-6 whoever is muted reads, leaves and takes back what they said, until the time is over", () => {
  const room = aRoom({ members: ["bo"] });
  const bo = userId("bo");
  const message_id = room.writes("bo", "rude");
  const muted_until = room.local.now_ms + 60_000;
  room.does("ada", "mute", { user_id: bo, muted_until });
  assert.equal(room.does("ada", "mute", { user_id: bo, muted_until }).receipt, null);
  assert.equal(member(room, "bo")?.muted_until, muted_until);
  const answer = room.asks("bo", "send", { text: "ruder" });
  assert.ok(!answer.ok && answer.refusal.code === "muted");
  assert.equal(answer.refusal.retry_after_ms, 60_000);
  assert.equal(room.refusal("bo", "edit", { message_id, text: "ruder" }), "muted");
  assert.equal(room.refusal("bo", "react", { message_id, emoji: "👎" }), "muted");
  room.does("bo", "delete", { message_id });
  assert.deepEqual(room.page("bo"), [null]);
  room.passes(60_000);
  room.writes("bo", "sorry");
  assert.equal(room.does("ada", "mute", { user_id: bo, muted_until: null }).receipt, null);
});

test("RNG-6 a mute has its bounds, and ends when somebody says so", () => {
  const room = aRoom({ members: ["bo", "cy"] });
  const [bo, ada] = [userId("bo"), userId("ada")];
  const later = room.local.now_ms + 60_000;
  assert.equal(room.refusal("cy", "mute", { user_id: bo, muted_until: later }), "not_allowed");
  admin(room, "cy");
  assert.equal(room.refusal("cy", "mute", { user_id: ada, muted_until: later }), "not_allowed");
  const never = room.local.now_ms + limits.mute_ms_max + 1;
  assert.equal(room.refusal("cy", "mute", { user_id: bo, muted_until: never }), "invalid");
  room.does("cy", "mute", { user_id: bo, muted_until: later });
  room.does("cy", "mute", { user_id: bo, muted_until: null });
  room.writes("bo", "thank you");
});

test("HIS-1 where history begins with one's joining, nothing from before it is shown, by whatever way", () => {
  const room = aRoom({ kind: "group", members: ["bo"] });
  const old = room.writes("ada", "before");
  room.does("ada", "pin", { message_id: old });
  room.writes("ada", "before, in the thread", { parent: old });
  room.does("ada", "change", { settings: { history: "joined" } });
  room.does("ada", "add", { user_id: userId("cy") });
  const joined_seq = room.log().length;
  const newer = room.writes("ada", "after", { quote: old });
  assert.deepEqual(room.page("bo"), ["before", "after"]);
  assert.deepEqual(room.page("cy"), ["after"]);
  const page = room.local.engine.events(callerOf("cy"), { after: 0, limit: 100 });
  assert.ok(page.ok);
  assert.deepEqual([page.value.first_seq, page.value.events[0]?.seq], [joined_seq, joined_seq]);
  assert.deepEqual(room.finds("cy", { type: "pins" }).messages, []);
  for (const type of ["message", "thread", "versions"])
    assert.equal(
      codeOf(room.local.engine.ask(callerOf("cy"), { type, message_id: old })),
      "not_found",
    );
  for (const [type, more] of [
    ["react", { emoji: "👍" }],
    ["edit", { text: "?" }],
  ] as const)
    assert.equal(room.refusal("cy", type, { message_id: old, ...more }), "not_found");
  assert.equal(room.refusal("cy", "send", { text: "?", parent: old }), "not_found");
  assert.equal(room.message("cy", newer).text, "after");
});

test("HIS-1 a resume and a gap begin there too, and whoever comes back has joined anew", () => {
  const room = aRoom({ kind: "channel", members: ["bo"] });
  room.does("ada", "change", { settings: { history: "joined" } });
  room.does("bo", "leave");
  const { epoch } = view(room).position;
  const left_at = room.log().length;
  room.writes("ada", "while bo was away");
  room.does("bo", "join");
  room.writes("ada", "bo is back");
  const bo = room.opens("bo");
  bo.frames();
  room.local.receive(bo, { type: "resume", position: { epoch, seq: left_at } });
  const [snapshot] = bo.frames();
  assert.ok(snapshot?.type === "snapshot");
  assert.deepEqual(
    snapshot.messages.map(({ text }) => text),
    ["bo is back"],
  );
  const [gap] = room.frame(bo, { type: "gap", ref: "g", after: 0, through: room.log().length });
  assert.ok(gap?.type === "events");
  assert.deepEqual(
    gap.events.map(({ type }) => type),
    ["member.joined", "message.sent"],
  );
});

test("HIS-2 what is made of an older message afterwards is a step without words there, and the chain holds over it", () => {
  const room = aRoom({ kind: "group", members: ["bo"] });
  const old = room.writes("ada", "before");
  room.does("ada", "change", { settings: { history: "joined" } });
  room.does("ada", "add", { user_id: userId("cy") });
  const [bo, cy] = [room.comesIn("bo"), room.comesIn("cy")];
  const newer = room.writes("ada", "after");
  room.does("ada", "edit", { message_id: newer, text: "after, edited" });
  room.does("ada", "edit", { message_id: old, text: "before, edited" });
  room.does("ada", "delete", { message_id: old });
  room.does("ada", "restore", { message_id: old });
  const heard = (socket: LocalSocket) =>
    socket.frames().flatMap((frame) => (frame.type === "events" ? frame.events : []));
  const [all, some] = [heard(bo), heard(cy)];
  assert.ok(JSON.stringify(all).includes("before, edited"));
  assert.ok(!JSON.stringify(some).includes("before"));
  assert.ok(JSON.stringify(some).includes("after, edited"));
  const page = room.local.engine.events(callerOf("cy"), { after: 0, limit: 100 });
  assert.ok(page.ok);
  for (const events of [some, page.value.events]) {
    assert.ok(!JSON.stringify(events).includes("before"));
    events.forEach((event, at) => {
      const prev_hash = events[at - 1]?.hash ?? event.prev_hash;
      assert.equal(chainFault(event, event.seq, prev_hash), null);
    });
  }
  assert.deepEqual(page.value.events.slice(-some.length), some);
});

test("LOG-4 what a room is, who is in it and how, made again from the log, is equal", () => {
  const room = aRoom({ members: ["bo", "cy", "dee"] });
  admin(room, "bo");
  room.does("ada", "change", { name: "New", guidelines: "g", settings: { history: "joined" } });
  room.does("ada", "change", { archived: true });
  room.does("ada", "change", { archived: false });
  room.does("bo", "mute", { user_id: userId("cy"), muted_until: room.local.now_ms + 1_000 });
  room.does("bo", "remove", { user_id: userId("dee") });
  room.does("ada", "role", { user_id: userId("bo"), role: "owner" });
  const before = room.dump();
  rebuild(room.local.engine.context);
  assert.deepEqual(room.dump(), before);
});
