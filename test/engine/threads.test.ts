import assert from "node:assert/strict";
import { test } from "node:test";
import { bodyOf } from "../../schema/events.ts";
import { messageIdOf } from "../../schema/ids.ts";
import { limits } from "../../schema/limits.ts";
import { rebuild } from "../../durable/room/rebuild.ts";
import { callerOf, userId } from "../support/local-room.ts";
import type { World } from "./world.ts";
import { aRoom, codeOf } from "./world.ts";

const thread = (room: World, name: string, message_id: string, more = {}) =>
  room.finds(name, { type: "thread", message_id, ...more });

test("RPL-1 a reply stands in its thread, and in the room where its author says so", () => {
  const room = aRoom({ members: ["bo"] });
  const root = room.writes("ada", "what shall we drink?");
  room.writes("bo", "tea", { parent: root });
  room.writes("bo", "coffee, for all to hear", { parent: root, in_room: true });
  assert.deepEqual(
    thread(room, "ada", root).messages.map(({ text }) => text),
    ["tea", "coffee, for all to hear"],
  );
  assert.deepEqual(room.page("ada"), ["what shall we drink?", "coffee, for all to hear"]);
});

test("RPL-1 a thread has one level, and what is gone or was never there begins none", () => {
  const room = aRoom();
  const root = room.writes("ada", "root");
  const reply = room.writes("ada", "reply", { parent: root });
  const gone = room.writes("ada", "gone");
  room.does("ada", "delete", { message_id: gone });
  const before = room.dump();
  const text = "again";
  assert.equal(room.refusal("ada", "send", { text, parent: reply }), "not_a_root");
  assert.equal(room.refusal("ada", "send", { text, parent: gone }), "message_deleted");
  const nowhere = room.local.newId("message");
  assert.equal(room.refusal("ada", "send", { text, parent: nowhere }), "not_found");
  assert.equal(room.refusal("ada", "send", { text, in_room: true }), "invalid");
  assert.deepEqual(room.dump(), before);
});

test("RPL-2 a root shows what became of its thread, without what was deleted in it", () => {
  const room = aRoom({ members: ["bo", "cy"] });
  const root = room.writes("ada", "root");
  assert.equal(room.message("ada", root).thread, null);
  room.writes("bo", "one", { parent: root });
  room.passes(1_000);
  room.writes("cy", "two", { parent: root });
  room.passes(1_000);
  const last = room.writes("bo", "three", { parent: root });
  const { thread: told } = room.message("ada", root);
  assert.deepEqual(told?.participants, [userId("bo"), userId("cy")]);
  assert.deepEqual([told?.replies, told?.last_reply_at], [3, room.local.now_ms]);
  room.does("bo", "delete", { message_id: last });
  const after = room.message("ada", root).thread;
  assert.deepEqual([after?.replies, after?.last_reply_at], [2, room.local.now_ms - 1_000]);
});

test("RPL-2 a thread is read in pages, oldest first, and a deleted reply keeps its place there", () => {
  const room = aRoom();
  const root = room.writes("ada", "root");
  const replies = [1, 2, 3, 4, 5].map((n) => room.writes("ada", `reply ${n}`, { parent: root }));
  room.does("ada", "delete", { message_id: replies[1] });
  const first = thread(room, "ada", root, { limit: 3 });
  assert.deepEqual(
    first.messages.map(({ text }) => text),
    ["reply 1", null, "reply 3"],
  );
  assert.ok(first.after !== null);
  const rest = thread(room, "ada", root, { after: first.after, limit: 3 });
  assert.deepEqual(
    rest.messages.map(({ text }) => text),
    ["reply 4", "reply 5"],
  );
  assert.equal(rest.after, null);
  const asked = room.local.engine.ask(callerOf("ada"), { type: "thread", message_id: replies[0] });
  assert.equal(codeOf(asked), "not_a_root");
});

test("RPL-3 LOG-4 what is said in threads only is in no page of the room, also once deleted and made again from the log", () => {
  const room = aRoom();
  const root = room.writes("ada", "root");
  const reply = room.writes("ada", "quietly", { parent: root });
  const loud = room.writes("ada", "aloud", { parent: root, in_room: true });
  for (const message_id of [reply, loud]) room.does("ada", "delete", { message_id });
  const before = room.dump();
  rebuild(room.local.engine.context);
  assert.deepEqual(room.dump(), before);
  assert.deepEqual(room.page("ada"), ["root", null]);
});

test("RPL-4 a quote names a message that is there and still says something", () => {
  const room = aRoom({ members: ["bo"] });
  const said = room.writes("ada", "to be or not to be");
  const quoting = room.writes("bo", "to be!", { quote: said });
  assert.equal(room.message("ada", quoting).quote, said);
  room.does("ada", "delete", { message_id: said });
  assert.equal(room.refusal("bo", "send", { text: "?", quote: said }), "message_deleted");
  const nowhere = room.local.newId("message");
  assert.equal(room.refusal("bo", "send", { text: "?", quote: nowhere }), "not_found");
});

/** Another room, in which somebody has said something. */
function neighbouring(room: World): { from_room: string; from_message: string; other: World } {
  const other = aRoom({ seed: 2 });
  const from_message = other.writes("ada", "said elsewhere, to <@room>");
  room.local.neighbour = (_room_id, caller, query) => other.local.engine.ask(caller, query);
  return { from_room: room.local.newId("room"), from_message, other };
}

/** A forward is read elsewhere first, so its answer takes some turns. */
async function forwards(room: World, name: string, fields: Record<string, unknown>) {
  const { answers, asked } = room.asksLater(name, "forward", fields);
  for (let turn = 0; turn < 20 && answers.length === 0; turn += 1) {
    await Promise.resolve();
    room.local.settle();
  }
  const [answer] = answers;
  if (!answer) throw new Error("no answer");
  return { answer, message_id: messageIdOf(asked.command_id as never), asked };
}

test("RPL-5 a forwarded message is read where it was said, and keeps its first author over any number of rooms", async () => {
  const room = aRoom({ members: ["bo"] });
  const { from_room, from_message, other } = neighbouring(room);
  const { answer, message_id } = await forwards(room, "ada", { from_room, from_message });
  assert.equal(codeOf(answer), "accepted");
  const message = room.message("bo", message_id);
  assert.equal(message.text, "said elsewhere, to <@room>");
  const { at } = other.message("ada", from_message as never);
  const forwarded = { room_id: from_room, message_id: from_message, author: userId("ada"), at };
  assert.deepEqual(message.forwarded, forwarded);
  assert.equal(message.mentions, null, "whom it calls was called there");
  const third = aRoom({ seed: 3 });
  third.local.neighbour = (_id, caller, query) => room.local.engine.ask(caller, query);
  const again = await forwards(third, "ada", {
    from_room: room.local.room_id,
    from_message: message_id,
  });
  assert.deepEqual(third.message("ada", again.message_id).forwarded, forwarded);
});

test("RPL-5 nobody forwards what they cannot read, and nobody edits what somebody else has said", async () => {
  const room = aRoom({ members: ["bo"] });
  const { from_room, from_message, other } = neighbouring(room);
  const before = room.log().length;
  const stranger = await forwards(room, "bo", { from_room, from_message });
  assert.equal(codeOf(stranger.answer), "not_found");
  assert.equal(room.log().length, before);
  const mine = await forwards(room, "ada", { from_room, from_message });
  const { message_id } = mine;
  assert.equal(room.refusal("ada", "edit", { message_id, text: "other words" }), "not_author");
  other.does("ada", "delete", { message_id: from_message });
  const late = await forwards(room, "ada", { from_room, from_message });
  assert.equal(codeOf(late.answer), "message_deleted");
});

test("RPL-5 SND-2 a forward that is repeated gets its first receipt, also where there is nothing to read any more", async () => {
  const room = aRoom();
  const { from_room, from_message, other } = neighbouring(room);
  const first = await forwards(room, "ada", { from_room, from_message });
  other.does("ada", "delete", { message_id: from_message });
  const again = await forwards(room, "ada", first.asked);
  assert.ok(first.answer.ok && again.answer.ok);
  assert.deepEqual(again.answer.value, { ...first.answer.value, replayed: true });
});

test("RPL-6 a silent message says so, and is like any other otherwise", () => {
  const room = aRoom();
  const message_id = room.writes("ada", "psst", { silent: true });
  assert.equal(room.message("ada", message_id).silent, true);
  assert.equal(room.message("ada", room.writes("ada", "hello", { silent: false })).silent, false);
});

test("MEN-1 whom a message calls stands in its event as ids, and code calls nobody", () => {
  const room = aRoom({ members: ["bo"] });
  const text = `<@${userId("bo")}> and <@here>, not \`<@room>\``;
  const message_id = room.writes("ada", text);
  const mentions = { users: [userId("bo")], roles: [], room: false, here: true };
  assert.deepEqual(room.message("bo", message_id).mentions, mentions);
  assert.deepEqual(bodyOf(room.log().at(-1)!, "message.sent")?.mentions, mentions);
  room.does("ada", "edit", { message_id, text: "nobody" });
  assert.equal(room.message("bo", message_id).mentions, null);
  assert.deepEqual(room.local.rows("mentions"), []);
});

test("MEN-2 calling everyone needs the permission, also in an edit", () => {
  const room = aRoom({ members: ["bo"] });
  room.does("ada", "change", { settings: { mention_everyone: "admins" } });
  const message_id = room.writes("bo", "hello");
  for (const text of ["<@room>", "<@here>", "<@role:admin>"]) {
    assert.equal(room.refusal("bo", "send", { text }), "mention_not_allowed");
    assert.equal(room.refusal("bo", "edit", { message_id, text }), "mention_not_allowed");
  }
  room.writes("bo", `<@${userId("ada")}>`);
  room.writes("ada", "<@room>");
});

test("MEN-3 a call of everyone is one row, however many there are, and a message calls so many by name", () => {
  const room = aRoom();
  room.writes("ada", "<@room> <@here>");
  assert.equal(room.local.rows("mentions").length, 1);
  const many = Array.from({ length: limits.mentions_per_message + 5 }, (_, n) => userId(`u${n}`));
  const message_id = room.writes("ada", many.map((user_id) => `<@${user_id}>`).join(" "));
  assert.equal(room.message("ada", message_id).mentions?.users.length, limits.mentions_per_message);
  const far = `${"x ".repeat(limits.mention_characters / 2)}<@room>`;
  assert.equal(room.message("ada", room.writes("ada", far)).mentions, null);
});
