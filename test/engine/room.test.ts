import assert from "node:assert/strict";
import { test } from "node:test";
import { limits } from "../../schema/limits.ts";
import { rebuild } from "../../durable/room/rebuild.ts";
import { LocalRoom, callerOf, userId } from "../support/local-room.ts";
import { World, aRoom, codeOf } from "./world.ts";

const messageOf = (command_id: string) => command_id.replace("command_", "message_");

function roles(room: World): Record<string, string> {
  const view = room.local.engine.view(callerOf("ada"));
  const people = Object.fromEntries(["ada", "bo", "cy", "dee"].map((name) => [userId(name), name]));
  assert.ok(view.ok, codeOf(view));
  return Object.fromEntries(view.value.members.map(({ user_id, role }) => [people[user_id], role]));
}

test("ROM-1 whoever creates a room owns it; in a direct room both do", () => {
  assert.deepEqual(roles(aRoom({ members: ["bo", "bo", "ada"] })), { ada: "owner", bo: "member" });
  assert.deepEqual(roles(aRoom({ kind: "direct" })), { ada: "owner", bo: "owner" });
});

test("ROM-1 nobody has a direct room with themselves", () => {
  const room = new World(new LocalRoom());
  assert.equal(
    codeOf(room.asks("ada", "create", { kind: "direct", with: userId("ada") })),
    "invalid",
  );
});

test("ROM-2 a stranger hears not_found to everything, and a room that is not there keeps no trace of the question", () => {
  const nowhere = new World(new LocalRoom());
  const group = aRoom({ kind: "group" });
  const message_id = messageOf(group.says("ada", "hello"));
  const before = group.dump();
  for (const world of [nowhere, group]) {
    const { engine } = world.local;
    const caller = callerOf("dee");
    const answers = [
      world.asks("dee", "send", { text: "hello" }),
      world.asks("dee", "edit", { message_id, text: "hello" }),
      world.asks("dee", "delete", { message_id }),
      world.asks("dee", "leave"),
      world.asks("dee", "join"),
      world.asks("dee", "add", { user_id: userId("bo") }),
      engine.view(caller),
      engine.messages(caller, { before: null, limit: 10 }),
      engine.events(caller, { after: 0, limit: 10 }),
    ];
    assert.deepEqual([...new Set(answers.map(codeOf))], ["not_found"]);
    assert.equal(world.local.connect("dee"), "not_found");
  }
  assert.deepEqual(group.dump(), before);
  assert.deepEqual(nowhere.local.rows("sqlite_master"), []);
  assert.equal(nowhere.local.engine.archive(null), null);
});

test("ROM-3 owners add, members do not, and nobody is in a room twice", () => {
  const room = aRoom();
  assert.equal(codeOf(room.asks("bo", "join")), "accepted");
  assert.equal(codeOf(room.asks("bo", "join")), "already_member");
  assert.equal(codeOf(room.asks("bo", "add", { user_id: userId("cy") })), "not_allowed");
  assert.equal(codeOf(room.asks("ada", "add", { user_id: userId("cy") })), "accepted");
  assert.equal(codeOf(room.asks("ada", "add", { user_id: userId("cy") })), "already_member");
  assert.deepEqual(roles(room), { ada: "owner", bo: "member", cy: "member" });
});

test("ROM-3 a room holds as many members as the limit says", () => {
  const room = aRoom();
  const insert = room.local.world.db.prepare(
    "INSERT INTO members VALUES (?, 'member', 0, 1, NULL)",
  );
  for (let count = 1; count < limits.members; count += 1) insert.run(`user_${count}`);
  assert.equal(codeOf(room.asks("bo", "join")), "room_full");
  assert.equal(codeOf(room.asks("ada", "add", { user_id: userId("bo") })), "room_full");
});

test("ROM-4 when the last owner leaves, an admin or else whoever has been there longest follows", () => {
  const room = aRoom({ members: ["bo"] });
  room.asks("ada", "add", { user_id: userId("cy") });
  assert.equal(codeOf(room.asks("ada", "leave")), "accepted");
  room.asks("ada", "join");
  assert.deepEqual(roles(room), { bo: "owner", cy: "member", ada: "member" });

  const withAdmin = aRoom({ members: ["bo", "cy"] });
  withAdmin.local.world.db
    .prepare("UPDATE members SET role = 'admin' WHERE user_id = ?")
    .run(userId("cy"));
  withAdmin.asks("ada", "leave");
  withAdmin.asks("ada", "join");
  assert.deepEqual(roles(withAdmin), { bo: "member", cy: "owner", ada: "member" });
});

test("ROM-4 the last of all may leave too, and whoever comes to the empty channel owns it", () => {
  const room = aRoom();
  assert.equal(codeOf(room.asks("ada", "leave")), "accepted");
  assert.equal(codeOf(room.local.engine.view(callerOf("ada"))), "not_found");
  assert.equal(codeOf(room.asks("bo", "join")), "accepted");
  room.asks("ada", "join");
  assert.deepEqual(roles(room), { bo: "owner", ada: "member" });
});

test("PRM-2 nobody adds to a direct room, and nobody leaves it", () => {
  const room = aRoom({ kind: "direct" });
  assert.equal(codeOf(room.asks("ada", "add", { user_id: userId("cy") })), "direct_room");
  assert.equal(codeOf(room.asks("ada", "leave")), "direct_room");
});

test("ROM-5 only its author edits a message, nobody but them and who runs the room deletes it, and only until it is deleted", () => {
  const room = aRoom({ members: ["bo", "cy"] });
  const message_id = messageOf(room.says("bo", "mine"));
  assert.equal(codeOf(room.asks("ada", "edit", { message_id, text: "not mine" })), "not_author");
  assert.equal(codeOf(room.asks("cy", "delete", { message_id })), "not_author");
  assert.equal(
    codeOf(room.asks("bo", "edit", { message_id: room.local.newId("message"), text: "?" })),
    "not_found",
  );
  assert.equal(codeOf(room.asks("bo", "edit", { message_id, text: "mine, better" })), "accepted");
  assert.equal(codeOf(room.asks("bo", "delete", { message_id })), "accepted");
  assert.equal(codeOf(room.asks("bo", "edit", { message_id, text: "back?" })), "message_deleted");
  assert.equal(codeOf(room.asks("bo", "delete", { message_id })), "message_deleted");
});

test("ROM-6 the newest page comes oldest first, and pages lead back to the beginning", () => {
  const room = aRoom();
  for (let count = 1; count <= 25; count += 1) room.says("ada", `message ${count}`);
  const texts: (string | null)[] = [];
  let before: number | null = null;
  const sizes: number[] = [];
  do {
    const page = room.local.engine.messages(callerOf("ada"), { before, limit: 10 });
    assert.ok(page.ok);
    texts.unshift(...page.value.messages.map((message) => message.text));
    sizes.push(page.value.messages.length);
    ({ before } = page.value);
  } while (before !== null);
  assert.deepEqual(sizes, [10, 10, 5]);
  assert.deepEqual(
    texts,
    Array.from({ length: 25 }, (_, index) => `message ${index + 1}`),
  );
});

test("ROM-6 a page of long messages is shorter than asked, and leads on", () => {
  const room = aRoom();
  for (let count = 1; count <= 20; count += 1) room.says("ada", "x".repeat(limits.text_bytes));
  let before: number | null = null;
  let seen = 0;
  do {
    const page = room.local.engine.messages(callerOf("ada"), { before, limit: 20 });
    assert.ok(page.ok);
    const bytes = page.value.messages.reduce((sum, { text }) => sum + (text?.length ?? 0), 0);
    assert.ok(bytes <= limits.page_bytes && page.value.messages.length > 0);
    seen += page.value.messages.length;
    ({ before } = page.value);
  } while (before !== null);
  assert.equal(seen, 20);
});

test("ROM-7 creating a room that exists says so to its members, and nothing to others", () => {
  const room = aRoom({ kind: "direct" });
  assert.equal(
    codeOf(room.asks("bo", "create", { kind: "direct", with: userId("ada") })),
    "room_exists",
  );
  assert.equal(
    codeOf(room.asks("dee", "create", { kind: "direct", with: userId("ada") })),
    "not_found",
  );
});

test("LOG-4 tables made again from the log equal the live ones, for every event type", () => {
  const room = aRoom({ members: ["bo"] });
  room.asks("ada", "add", { user_id: userId("cy") });
  room.asks("dee", "join");
  const kept = messageOf(room.says("bo", "kept"));
  const edited = messageOf(room.says("cy", "draft"));
  const deleted = messageOf(room.says("dee", "gone soon"));
  room.asks("cy", "edit", { message_id: edited, text: "final" });
  room.asks("dee", "edit", { message_id: deleted, text: "still gone soon" });
  room.asks("dee", "delete", { message_id: deleted });
  room.asks("ada", "leave");
  const types = new Set(room.log().map((event) => event.type));
  assert.equal(types.size, 7, `every event type is in this log: ${[...types].join(", ")}`);
  const live = room.dump();
  room.local.world.db.exec("UPDATE messages SET text = 'spoilt'; DELETE FROM members");
  rebuild(room.local.engine.context);
  assert.deepEqual(room.dump(), live);
  assert.ok(JSON.stringify(live["messages"]).includes(kept));
});
