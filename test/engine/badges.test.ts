import assert from "node:assert/strict";
import { test } from "node:test";
import { limits } from "../../schema/limits.ts";
import { callerOf, userId } from "../support/local-room.ts";
import {
  aKnownRoom,
  calls,
  changes,
  countsOf,
  gathers,
  hears,
  ignoring,
  inboxOf,
  markOf,
  prefers,
  reads,
  sends,
} from "./own-world.ts";
import { codesOf } from "./world.ts";
import type { World } from "./world.ts";

const counted = (room: World, name: string) => {
  const all = hears(room, name, { type: "badge" }).messages;
  return {
    badge: all.filter(({ why }) => why === "message").length,
    mentions: all.filter(({ why }) => why === "mention").length,
  };
};

test("MRK-7 mentions are counted by name, by role and with everyone, in the room and in threads, and never one's own", async () => {
  const room = await aKnownRoom({ members: ["bo", "cy"] });
  const { message_id: parent } = sends(room, "ada", "a plain one");
  sends(room, "ada", `${calls("bo")} by name, and <@room> besides`);
  sends(room, "ada", "<@role:member> by role");
  sends(room, "ada", `${calls("bo")} in a thread`, { parent });
  const edited = sends(room, "ada", "nobody yet");
  room.asks("ada", "edit", { message_id: edited.message_id, text: `${calls("bo")} after all` });
  const deleted = sends(room, "ada", `${calls("bo")} and gone`);
  room.asks("ada", "delete", { message_id: deleted.message_id });
  sends(room, "cy", "<@room> from cy");
  await gathers(room);
  assert.deepEqual(countsOf(room, "bo"), { badge: 5, mentions: 5, threads: 1 });
  assert.deepEqual(countsOf(room, "ada"), { badge: 1, mentions: 1, threads: 0 }, "an owner");
  room.asks("ada", "restore", { message_id: deleted.message_id });
  await gathers(room);
  assert.deepEqual(countsOf(room, "bo"), { badge: 6, mentions: 6, threads: 1 });
  assert.deepEqual(counted(room, "bo"), { badge: 6, mentions: 6 });
  const { mentions, badge } = reads(room, "bo");
  assert.deepEqual([badge, mentions], [0, 0]);
});

test("MRK-7 whom a member ignores counts for nothing with them, and counts again when that ends", async () => {
  const room = await aKnownRoom({ members: ["bo", "cy"] });
  const { message_id: parent } = sends(room, "bo", "begins a thread");
  sends(room, "cy", `${calls("bo")} unwanted`);
  sends(room, "cy", "unwanted too", { parent });
  sends(room, "ada", "welcome");
  await gathers(room);
  assert.deepEqual(countsOf(room, "bo"), { badge: 2, mentions: 1, threads: 1 });
  room.local.engine.prefers(userId("bo"), prefers(room, "bo", ignoring("cy", "somebody else")));
  await gathers(room);
  assert.deepEqual(countsOf(room, "bo"), { badge: 1, mentions: 0, threads: 0 });
  assert.deepEqual(counted(room, "bo"), { badge: 1, mentions: 0 });
  room.local.engine.prefers(userId("bo"), prefers(room, "bo", ignoring()));
  await gathers(room);
  assert.deepEqual(countsOf(room, "bo"), { badge: 2, mentions: 1, threads: 1 });
});

test("MRK-7 MRK-8 nothing is counted or shown that a member may not see", async () => {
  const room = await aKnownRoom({ members: ["bo"] });
  room.asks("ada", "change", { settings: { history: "joined" } });
  sends(room, "ada", "<@room> before cy");
  room.asks("cy", "join");
  assert.equal(changes(room, "cy", "unread", { seq: 0 }), "accepted");
  await gathers(room);
  assert.deepEqual(countsOf(room, "cy"), { badge: 0, mentions: 0, threads: 0 });
  assert.deepEqual([markOf(room, "cy").preview, markOf(room, "cy").called], [null, []]);
  assert.equal(markOf(room, "bo").preview?.seq, 3);
  sends(room, "ada", "<@room> after cy");
  await gathers(room);
  assert.deepEqual(countsOf(room, "cy"), { badge: 1, mentions: 1, threads: 0 });
});

test("MRK-8 whoever is called by the newest message is given its words, also after they have read it", async () => {
  const room = await aKnownRoom({ members: ["bo", "cy", "dee"] });
  const text = `${calls("bo")} ${calls("dee")} come`;
  room.local.engine.prefers(userId("dee"), prefers(room, "dee", ignoring("ada")));
  const { message_id } = sends(room, "ada", text);
  await gathers(room);
  const words = () => ["ada", "bo", "cy", "dee"].map((name) => markOf(room, name).preview?.text);
  assert.deepEqual(words(), [null, text, null, null]);
  reads(room, "bo");
  await gathers(room);
  assert.deepEqual(words(), [null, text, null, null]);
  room.asks("ada", "edit", { message_id, text: `${calls("cy")} instead` });
  await gathers(room);
  assert.deepEqual(words(), [null, null, `${calls("cy")} instead`, null]);
});

test("MRK-9 in a large room whoever is called by name is told, and nobody for a call to everyone", async () => {
  const names = Array.from({ length: 100 }, (_, index) => `member ${index}`);
  const room = await aKnownRoom({ members: names });
  for (let index = 0; index <= limits.marked_members - 100; index += 1) {
    room.local.now_ms += 100;
    room.asks(`later ${index}`, "join");
  }
  await gathers(room);
  const told = (name: string) => inboxOf(room, name).told.length;
  const before = ["member 1", "member 2", "member 3"].map(told);
  sends(room, "ada", `<@room> ${calls("member 1")}`);
  changes(room, "member 2", "unread", { seq: 1 });
  await gathers(room);
  const after = ["member 1", "member 2", "member 3"].map(told);
  assert.deepEqual(
    after.map((count, index) => count - (before[index] ?? 0)),
    [1, 1, 0],
  );
  assert.deepEqual(countsOf(room, "member 1"), { badge: 1, mentions: 1, threads: 0 });
  assert.equal(markOf(room, "member 2").mentions, 1, "counted when the inbox is told anyway");
});

test("MRK-13 a mark says who has called since the last one that arrived, the newest twenty", async () => {
  const room = await aKnownRoom({ members: ["bo"] });
  sends(room, "ada", "nothing in particular");
  const first = sends(room, "ada", calls("bo"));
  const { fate } = room.local.inboxes;
  room.local.inboxes.fate = () => "lost";
  await gathers(room);
  room.local.inboxes.fate = fate;
  reads(room, "bo");
  const second = sends(room, "ada", `<@room>`);
  await gathers(room, limits.outbox_retry_max_ms);
  const called = () => markOf(room, "bo").called.map(({ seq }) => seq);
  assert.deepEqual(called(), [first.seq, second.seq]);
  const [{ at, ...call } = { at: 0 }] = markOf(room, "bo").called;
  assert.deepEqual(call, { message_id: first.message_id, seq: first.seq, author: userId("ada") });
  assert.equal(at, room.log()[first.seq - 1]?.at);
  reads(room, "bo");
  sends(room, "ada", "no call");
  await gathers(room);
  assert.deepEqual(called(), [], "those are known");
  const many = Array.from({ length: 25 }, () => sends(room, "ada", calls("bo")).seq);
  await gathers(room);
  assert.deepEqual(called(), many.slice(-limits.calls_per_mark));
});

test("MRK-14 a member can see what makes the badge: as many messages as it counts, by pages, and by nobody else's count", async () => {
  const room = await aKnownRoom({ members: ["bo"] });
  const seqs = Array.from(
    { length: limits.badge_page + 5 },
    (_, index) => sends(room, "ada", index % 50 === 49 ? calls("bo") : "hello").seq,
  );
  const { messages, after } = hears(room, "bo", { type: "badge" });
  assert.ok(messages.length <= limits.badge_page && after !== null);
  const rest = hears(room, "bo", { type: "badge", after });
  assert.equal(rest.after, null);
  const all = [...messages, ...rest.messages];
  assert.deepEqual(
    all.filter(({ why }) => why === "message").map(({ seq }) => seq),
    seqs,
  );
  const mentions = all.filter(({ why }) => why === "mention").map(({ seq }) => seq);
  assert.deepEqual(
    mentions,
    seqs.filter((_, index) => index % 50 === 49),
  );
  await gathers(room);
  assert.deepEqual(countsOf(room, "bo"), { badge: seqs.length, mentions: 4, threads: 0 });
  assert.deepEqual(hears(room, "ada", { type: "badge" }), { messages: [], after: null });
  const socket = room.comesIn("bo");
  const [frame] = room.frame(socket, { type: "ask", ref: "why", query: { type: "badge" } });
  assert.deepEqual(codesOf([frame!]), ["answer"]);
});

test("MRK-15 a room hears of its member's preferences with the answer to a mark, once, and the newest holds", async () => {
  const room = await aKnownRoom({ members: ["bo", "cy"] });
  prefers(room, "bo", { ...ignoring("cy"), hidden: true });
  sends(room, "cy", "unwanted");
  await gathers(room);
  assert.equal(markOf(room, "bo").badge, 1, "what the room could know");
  await gathers(room);
  assert.equal(markOf(room, "bo").badge, 0);
  const told = inboxOf(room, "bo").told.length;
  const old = { version: 1, shows_reads: true, hidden: false, ignores: [] };
  room.local.engine.prefers(userId("bo"), old);
  room.local.engine.prefers(userId("bo"), inboxOf(room, "bo").preferences);
  room.local.engine.prefers(userId("no member"), { ...old, version: 9 });
  await gathers(room);
  assert.equal(inboxOf(room, "bo").told.length, told, "that was known");
  const [row, ...more] = room.local.rows("preferences");
  assert.deepEqual([row?.["hidden"], row?.["version"], more.length], [1, 1, 0]);
  room.asks("bo", "leave");
  assert.deepEqual([room.local.rows("preferences"), room.local.rows("ignored")], [[], []]);
  room.asks("bo", "join");
  await gathers(room, 0);
  assert.equal(room.local.rows("preferences").length, 1, "who comes back is heard of anew");
});

test("MRK-5 who is forgotten and back while their inbox is being told is told anew, of what is theirs now", async () => {
  const room = await aKnownRoom({ members: ["bo"] });
  for (let seq = 2; seq < 7; seq += 1) {
    room.says("ada", "hello");
    room.local.engine.read(callerOf("bo"), seq);
  }
  room.local.inboxes.fate = async (user_id) => {
    if (user_id !== userId("bo")) return "answered" as const;
    room.local.inboxes.fate = () => "answered";
    const forgotten = room.local.engine.forget(userId("bo"));
    room.local.settle();
    await forgotten;
    room.asks("bo", "join");
    return "answered" as const;
  };
  await gathers(room);
  await gathers(room);
  assert.deepEqual([markOf(room, "bo").position.seq, markOf(room, "bo").revision], [8, 0]);
  const waiting = room.local.rows("outbox").filter(({ target }) => target === "inboxes");
  assert.deepEqual(waiting, []);
  room.asks("bo", "unread", { seq: 8 });
  await gathers(room);
  assert.equal(markOf(room, "bo").unread_seq, 8);
});
