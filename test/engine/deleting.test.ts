import assert from "node:assert/strict";
import { test } from "node:test";
import type { MessageId } from "../../schema/ids.ts";
import { limits } from "../../schema/limits.ts";
import { rebuild } from "../../durable/room/rebuild.ts";
import { callerOf, userId } from "../support/local-room.ts";
import type { World } from "./world.ts";
import { aRoom, codeOf } from "./world.ts";

const versions = (room: World, name: string, message_id: MessageId) =>
  room.finds(name, { type: "versions", message_id }).versions.map(({ text }) => text);

/** Everything that lies anywhere in the room's storage, as one text. */
function stored(room: World): string {
  const tables = room.local.rows("sqlite_master").filter(({ type }) => type === "table");
  return JSON.stringify(tables.map(({ name }) => room.local.rows(String(name))));
}

test("EDT-1 a message can be edited for as long as the room says", () => {
  const room = aRoom();
  room.does("ada", "change", { settings: { edit_window_ms: 60_000 } });
  const message_id = room.writes("ada", "helo");
  room.passes(60_000);
  room.does("ada", "edit", { message_id, text: "hello" });
  room.passes(1);
  assert.equal(room.refusal("ada", "edit", { message_id, text: "bye" }), "edit_window_over");
  room.does("ada", "change", { settings: { edit_window_ms: null } });
  room.passes(limits.edit_window_ms_max);
  room.does("ada", "edit", { message_id, text: "hello again" });
  assert.equal(room.message("ada", message_id).edited_at, room.local.now_ms);
});

test("EDT-2 former versions are there, oldest first, for everyone or for the author and who runs the room", () => {
  const room = aRoom({ members: ["bo", "cy"] });
  const message_id = room.writes("bo", "one");
  room.does("bo", "edit", { message_id, text: "two" });
  room.does("bo", "edit", { message_id, text: "three" });
  assert.deepEqual(versions(room, "cy", message_id), ["one", "two", "three"]);
  room.does("ada", "change", { settings: { versions: "admins" } });
  for (const name of ["ada", "bo"])
    assert.deepEqual(versions(room, name, message_id), ["one", "two", "three"]);
  const asked = room.local.engine.ask(callerOf("cy"), { type: "versions", message_id });
  assert.equal(codeOf(asked), "not_allowed");
});

test("DEL-1 its author deletes a message, and owners and admins do", () => {
  const room = aRoom({ members: ["bo", "cy"] });
  const own = room.writes("bo", "mine");
  assert.equal(room.refusal("cy", "delete", { message_id: own }), "not_author");
  room.does("bo", "delete", { message_id: own });
  assert.equal(room.message("cy", own).deleted_by, userId("bo"));
  const other = room.writes("bo", "mine too");
  room.does("ada", "delete", { message_id: other });
  assert.equal(room.message("cy", other).deleted_by, userId("ada"));
  const direct = aRoom({ kind: "direct" });
  const theirs = direct.writes("bo", "between us");
  assert.equal(direct.refusal("ada", "delete", { message_id: theirs }), "not_author");
});

test("DEL-2 whoever deleted a message takes that back in time: it reads as it did, and what it was before stays erased", () => {
  const room = aRoom({ members: ["bo"] });
  const root = room.writes("ada", "root");
  const message_id = room.writes("bo", "first thought", { parent: root, silent: true });
  room.does("bo", "edit", { message_id, text: "second thought" });
  const before = room.message("bo", message_id);
  room.does("ada", "delete", { message_id });
  assert.equal(room.refusal("bo", "restore", { message_id }), "not_allowed");
  room.local.wake();
  room.passes(limits.restore_window_ms);
  room.does("ada", "restore", { message_id });
  assert.deepEqual(room.message("bo", message_id), before);
  assert.deepEqual(versions(room, "bo", message_id), [null, null, "second thought"]);
  assert.equal(room.refusal("ada", "restore", { message_id }), "restore_window_over");
});

test("DEL-2 one's own words come back only where one may say them, and call whom they call", () => {
  const room = aRoom({ members: ["bo"] });
  const message_id = room.writes("bo", "<@room> all of you");
  room.does("bo", "delete", { message_id });
  room.does("ada", "change", { settings: { mention_everyone: "admins" } });
  assert.equal(room.refusal("bo", "restore", { message_id }), "mention_not_allowed");
  room.does("ada", "mute", { user_id: userId("bo"), muted_until: room.local.now_ms + 60_000 });
  assert.equal(room.refusal("bo", "restore", { message_id }), "muted");
  const spoken = room.writes("ada", "<@room> and I");
  room.does("ada", "delete", { message_id: spoken });
  room.does("ada", "restore", { message_id: spoken });
});

test("DEL-2 too late is too late, and where the room allows no time there is none", async () => {
  const room = aRoom();
  const late = room.writes("ada", "late");
  room.does("ada", "delete", { message_id: late });
  room.passes(limits.restore_window_ms + 1);
  // Whether or not the alarm has come by then.
  assert.equal(room.refusal("ada", "restore", { message_id: late }), "restore_window_over");
  await room.local.engine.alarm();
  assert.equal(room.refusal("ada", "restore", { message_id: late }), "restore_window_over");
  room.does("ada", "change", { settings: { restore_window_ms: 0 } });
  const never = room.writes("ada", "never");
  room.does("ada", "delete", { message_id: never });
  assert.deepEqual(room.local.rows("withheld"), []);
  assert.equal(room.refusal("ada", "restore", { message_id: never }), "restore_window_over");
});

test("DEL-3 LOG-5 what was deleted is told to nobody, and is nowhere at all when it can no longer be taken back", async () => {
  const room = aRoom({ members: ["bo"] });
  const message_id = room.writes("ada", "unspeakable");
  room.does("ada", "edit", { message_id, text: "unspeakable too" });
  room.does("ada", "delete", { message_id });
  const told = [
    room.local.engine.messages(callerOf("bo"), { before: null, limit: 10 }),
    room.local.engine.events(callerOf("bo"), { after: 0, limit: 100 }),
    room.local.engine.archive(null),
    ...["message", "versions"].map((type) =>
      room.local.engine.ask(callerOf("bo"), { type, message_id }),
    ),
  ];
  assert.ok(!JSON.stringify(told).includes("unspeakable"));
  assert.ok(stored(room).includes("unspeakable"), "as long as it can be taken back");
  room.passes(limits.restore_window_ms);
  room.local.wake();
  await room.local.engine.alarm();
  assert.ok(!stored(room).includes("unspeakable"));
  assert.deepEqual(
    room.local.rows("timers").filter(({ name }) => name === "withheld"),
    [],
  );
});

test("DEL-3 a restored message is erased by the next deletion in every version, and rebuilt tables are equal all the way", () => {
  const room = aRoom();
  const message_id = room.writes("ada", "in and out");
  const equal = () => {
    const before = room.dump();
    rebuild(room.local.engine.context);
    assert.deepEqual(room.dump(), before);
  };
  for (const type of ["delete", "restore", "delete"]) {
    room.does("ada", type, { message_id });
    equal();
  }
  assert.ok(!JSON.stringify(room.log()).includes("in and out"));
});

test("DEL-4 a text's files are erased when its deletion is for good, and asked for again until they are", async () => {
  const room = aRoom();
  const { texts, engine } = room.local;
  const command_id = room.local.newId("command");
  const message_id = command_id.replace("command", "message") as MessageId;
  const large = { sha256: "a".repeat(43), bytes: 70_000 };
  texts.files.set(message_id, [large.sha256]);
  const asked = { type: "send", command_id, text: "It begins" };
  engine.submit(callerOf("ada"), asked, () => {}, { large });
  room.local.settle();
  assert.deepEqual(room.message("ada", message_id).large, large);
  // The version that has the file is not the newest.
  room.does("ada", "edit", { message_id, text: "short after all" });
  room.does("ada", "delete", { message_id });
  assert.equal(texts.files.size, 1);
  room.passes(limits.restore_window_ms);
  await engine.alarm();
  texts.fails = true;
  room.passes(limits.outbox_gather_ms);
  await engine.alarm();
  assert.equal(texts.files.size, 1);
  texts.fails = false;
  room.local.wake();
  room.passes(limits.outbox_retry_max_ms);
  await room.local.engine.alarm();
  assert.equal(texts.files.size, 0);
  assert.deepEqual(room.local.rows("erasures"), []);
  assert.deepEqual(
    room.local.rows("outbox").filter(({ target }) => target === "texts"),
    [],
  );
});

test("DEL-5 a deletion takes reactions, pin and calls along, and they do not come back with it", () => {
  const room = aRoom({ members: ["bo"] });
  const message_id = room.writes("ada", `hello <@${userId("bo")}>`);
  room.does("bo", "react", { message_id, emoji: "👍" });
  room.does("ada", "pin", { message_id });
  room.does("ada", "delete", { message_id });
  for (const table of ["reactions", "pins", "mentions"])
    assert.deepEqual(room.local.rows(table), [], table);
  room.does("ada", "restore", { message_id });
  const { reactions, pinned_at, mentions } = room.message("ada", message_id);
  assert.deepEqual([reactions, pinned_at], [[], null]);
  assert.deepEqual(mentions?.users, [userId("bo")], "whom it calls is part of what it says");
});
