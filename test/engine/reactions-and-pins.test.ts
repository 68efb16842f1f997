import assert from "node:assert/strict";
import { test } from "node:test";
import { limits } from "../../schema/limits.ts";
import type { QueryAnswer } from "../../schema/queries.ts";
import { rebuild } from "../../durable/room/rebuild.ts";
import { callerOf, userId } from "../support/local-room.ts";
import { aRoom, codeOf } from "./world.ts";

test("REA-1 each chooses an emoji once, takes it back once, and everyone sees how many and who", () => {
  const room = aRoom({ members: ["bo"] });
  const message_id = room.writes("ada", "cake?");
  const cake = { message_id, emoji: "🎂" };
  assert.ok(room.does("bo", "react", cake).receipt);
  assert.equal(room.does("bo", "react", cake).receipt, null, "it is so already");
  room.does("ada", "react", cake);
  room.does("ada", "react", { message_id, emoji: "👍🏽" });
  const people = [userId("bo"), userId("ada")];
  assert.deepEqual(room.message("bo", message_id).reactions, [
    { emoji: "🎂", count: 2, users: people, mine: true },
    { emoji: "👍🏽", count: 1, users: [userId("ada")], mine: false },
  ]);
  assert.ok(room.does("bo", "unreact", cake).receipt);
  assert.equal(room.does("bo", "unreact", cake).receipt, null);
  assert.deepEqual(
    room.message("bo", message_id).reactions.map(({ emoji, count, mine }) => [emoji, count, mine]),
    [
      ["🎂", 1, false],
      ["👍🏽", 1, false],
    ],
  );
});

test("REA-1 of many who chose an emoji the first are told, and all of them are asked for in pages", () => {
  const room = aRoom();
  const message_id = room.writes("ada", "all of you!");
  const names = Array.from({ length: limits.reaction_users_page + 3 }, (_, n) => `fan${n}`);
  for (const name of names) {
    room.does(name, "join");
    room.does(name, "react", { message_id, emoji: "👏" });
  }
  const [told] = room.message("ada", message_id).reactions;
  assert.equal(told?.count, names.length);
  assert.deepEqual(told?.users, names.slice(0, limits.reaction_users).map(userId));
  const asked = { type: "reactions", message_id, emoji: "👏" } as const;
  const first = room.finds("ada", asked);
  const rest = room.finds("ada", { ...asked, after: first.after ?? 0 });
  assert.deepEqual([...first.users, ...rest.users], names.map(userId));
  assert.equal(rest.after, null);
});

test("REA-2 a message has so many different emoji, and one that is there can still be chosen", () => {
  const room = aRoom({ members: ["bo"] });
  const message_id = room.writes("ada", "colours");
  const emoji = Array.from({ length: limits.reactions_per_message + 1 }, (_, n) =>
    String.fromCodePoint(0x1f600 + n),
  );
  const [extra = ""] = emoji.splice(-1);
  for (const one of emoji) {
    room.does("ada", "react", { message_id, emoji: one });
    room.passes(1_000);
  }
  assert.equal(room.refusal("bo", "react", { message_id, emoji: extra }), "too_many_reactions");
  room.does("bo", "react", { message_id, emoji: emoji[0] });
});

test("REA-3 one emoji is one however it is typed, and what is none is refused", () => {
  const room = aRoom();
  const message_id = room.writes("ada", "love");
  room.does("ada", "react", { message_id, emoji: "❤" });
  assert.equal(room.does("ada", "react", { message_id, emoji: "❤️" }).receipt, null);
  assert.deepEqual(
    room.message("ada", message_id).reactions.map((one) => one.emoji),
    ["❤️"],
  );
  for (const emoji of ["", "a", "👍👍", "👍 ", "1", "<script>", ":+1:", "\u200d"])
    assert.equal(room.refusal("ada", "react", { message_id, emoji }), "invalid", emoji);
  const own = "emoji_0190a000-0000-7000-8000-000000000000";
  room.does("ada", "react", { message_id, emoji: own });
});

test("REA-3 nobody reacts to what is deleted, or not there, or as a stranger", () => {
  const room = aRoom({ kind: "group", members: ["bo"] });
  const message_id = room.writes("ada", "gone");
  room.does("ada", "delete", { message_id });
  const emoji = "👍";
  assert.equal(room.refusal("bo", "react", { message_id, emoji }), "message_deleted");
  const nowhere = room.local.newId("message");
  assert.equal(room.refusal("bo", "react", { message_id: nowhere, emoji }), "not_found");
  assert.equal(room.refusal("dee", "react", { message_id, emoji }), "not_found");
});

test("PIN-1 owners and admins pin and unpin, as many as the room says, the newest first", () => {
  const room = aRoom({ members: ["bo"] });
  const ids = [1, 2, 3, 4].map((n) => room.writes("bo", `message ${n}`));
  const [one, two, three, four] = ids;
  assert.equal(room.refusal("bo", "pin", { message_id: one }), "not_allowed");
  for (const message_id of [one, two, three]) room.does("ada", "pin", { message_id });
  assert.equal(room.does("ada", "pin", { message_id: one }).receipt, null);
  assert.equal(room.refusal("ada", "pin", { message_id: four }), "too_many_pins");
  room.does("ada", "unpin", { message_id: two });
  assert.equal(room.does("ada", "unpin", { message_id: two }).receipt, null);
  room.does("ada", "pin", { message_id: four });
  const pinned = room.finds("bo", { type: "pins" }).messages;
  assert.deepEqual(
    pinned.map(({ message_id }) => message_id),
    [four, three, one],
  );
  assert.ok(pinned.every(({ pinned_at }) => pinned_at === room.local.now_ms));
  room.does("ada", "change", { settings: { pins_max: 4 } });
  room.does("ada", "pin", { message_id: two });
});

test("PIN-1 in a direct room both pin", () => {
  const room = aRoom({ kind: "direct" });
  const message_id = room.writes("ada", "the address");
  room.does("bo", "pin", { message_id });
  room.does("ada", "unpin", { message_id });
});

test("NOP-1 a command that finds things as it wants them has had its answer, whatever happens later", () => {
  const room = aRoom({ members: ["bo"] });
  const message_id = room.writes("ada", "yes?");
  const emoji = "👍";
  room.does("bo", "react", { message_id, emoji });
  const command_id = room.local.newId("command");
  const again = { command_id, message_id, emoji };
  const length = room.log().length;
  assert.deepEqual(room.does("bo", "react", again), { receipt: null, replayed: false });
  room.does("bo", "unreact", { message_id, emoji });
  room.local.wake();
  assert.deepEqual(room.does("bo", "react", again), { receipt: null, replayed: true });
  assert.deepEqual(room.message("bo", message_id).reactions, []);
  assert.equal(room.log().length, length + 1);
});

test("NOP-1 its id is used up as any other's, and a stranger learns nothing of it", () => {
  const room = aRoom({ kind: "group", members: ["bo"] });
  const message_id = room.writes("ada", "yes?");
  const command_id = room.local.newId("command");
  room.does("bo", "unreact", { command_id, message_id, emoji: "👍" });
  const reused = { command_id, text: "hello" };
  assert.equal(room.refusal("ada", "send", reused), "command_id_reused");
  assert.equal(room.refusal("dee", "send", reused), "not_found");
});

test("LOG-4 reactions, pins and calls made again from the log are equal", () => {
  const room = aRoom({ members: ["bo", "cy"] });
  const ids = [1, 2, 3].map((n) => room.writes("ada", `${n} <@${userId("bo")}> <@room>`));
  const [one, two, three] = ids;
  for (const name of ["bo", "cy"])
    for (const emoji of ["👍", "❤️"]) room.does(name, "react", { message_id: one, emoji });
  room.does("bo", "unreact", { message_id: one, emoji: "👍" });
  for (const message_id of [one, two, three]) room.does("ada", "pin", { message_id });
  room.does("ada", "unpin", { message_id: two });
  room.does("ada", "delete", { message_id: three });
  const before = room.dump();
  rebuild(room.local.engine.context);
  assert.deepEqual(room.dump(), before);
});

test("ASK-1 a question is answered over the socket under its ref, and changes nothing", () => {
  const room = aRoom({ members: ["bo"] });
  const message_id = room.writes("ada", "pinned");
  room.does("ada", "pin", { message_id });
  const bo = room.comesIn("bo");
  const before = room.dump();
  const [pins] = room.frame(bo, { type: "ask", ref: "a", query: { type: "pins" } });
  const view = room.local.engine.view(callerOf("bo"));
  assert.deepEqual(pins, {
    type: "answer",
    ref: "a",
    // It knows what has happened up to here.
    position: view.ok ? view.value.position : null,
    answer: { messages: [room.message("bo", message_id)] },
  });
  const nowhere = room.local.newId("message");
  const query = { type: "message", message_id: nowhere };
  const [none] = room.frame(bo, { type: "ask", ref: "b", query });
  assert.ok(none?.type === "refused" && none.ref === "b" && none.refusal.code === "not_found");
  const [wrong] = room.frame(bo, { type: "ask", ref: "c", query: { type: "everything" } });
  assert.ok(wrong?.type === "refused" && wrong.ref === "c" && wrong.refusal.code === "invalid");
  assert.deepEqual(room.dump(), before);
});

test("ASK-1 a stranger's question finds nothing, and one of a wrong form is invalid", () => {
  const room = aRoom({ kind: "group" });
  const message_id = room.writes("ada", "secret");
  for (const type of ["message", "thread", "versions", "pins", "members"])
    assert.equal(
      codeOf(
        room.local.engine.ask(callerOf("dee"), {
          type,
          ...(/p|mem/.test(type) ? {} : { message_id }),
        }),
      ),
      "not_found",
      type,
    );
  for (const query of [null, {}, { type: "pins", more: 1 }, { type: "thread", message_id: "x" }])
    assert.equal(codeOf(room.local.engine.ask(callerOf("ada"), query)), "invalid");
});

test("ASK-2 members are read in pages, each once", () => {
  const room = aRoom({ members: ["bo", "cy", "dee", "eve"] });
  const found: string[] = [];
  let after: string | null = null;
  do {
    const page: QueryAnswer<"members"> = room.finds("ada", { type: "members", after, limit: 2 });
    found.push(...page.members.map(({ user_id }) => user_id));
    ({ after } = page);
  } while (after !== null);
  assert.deepEqual(found, ["ada", "bo", "cy", "dee", "eve"].map(userId).toSorted());
});
