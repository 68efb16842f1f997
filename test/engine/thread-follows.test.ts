import assert from "node:assert/strict";
import { test } from "node:test";
import { rebuild } from "../../durable/room/rebuild.ts";
import { userId } from "../support/local-room.ts";
import {
  aKnownRoom,
  calls,
  changes,
  countsOf,
  gathers,
  hears,
  markOf,
  reads,
  sends,
} from "./own-world.ts";
import type { World } from "./world.ts";
import { aRoom } from "./world.ts";

const followers = (room: World): unknown[] =>
  room.local
    .rows("thread_follows")
    .filter((row) => row["follows"] === 1)
    .map((row) => row["user_id"])
    .toSorted();
const people = (...names: string[]) => names.map(userId).toSorted();
const threadsOf = (room: World, name: string) =>
  hears(room, name, { type: "threads" }).threads.map(({ root, unread }) => [root.text, unread]);

test("THR-1 one follows a thread by replying, by being replied to, and by being called in it by name", () => {
  const room = aRoom({ members: ["bo", "cy", "dee"] });
  const { message_id: parent } = sends(room, "ada", "who comes along?");
  assert.deepEqual(followers(room), []);
  sends(room, "bo", "I do", { parent });
  assert.deepEqual(followers(room), people("ada", "bo"));
  sends(room, "bo", "<@room>, and <@role:member>", { parent });
  assert.deepEqual(followers(room), people("ada", "bo"));
  const { message_id } = sends(room, "bo", `with ${calls("cy")} and ${calls("a stranger")}`, {
    parent,
  });
  assert.deepEqual(followers(room), people("ada", "bo", "cy"));
  room.asks("bo", "edit", { message_id, text: `with ${calls("dee")}` });
  assert.deepEqual(followers(room), people("ada", "bo", "cy", "dee"));
  assert.deepEqual(threadsOf(room, "ada"), [["who comes along?", 3]]);
  assert.deepEqual(threadsOf(room, "bo"), [["who comes along?", 0]]);
  assert.deepEqual(threadsOf(room, "cy"), [["who comes along?", 1]], "from the call on");
});

test("THR-2 whoever has unfollowed a thread stays out of it until they follow it themselves", async () => {
  const room = await aKnownRoom({ members: ["bo"] });
  const { message_id } = sends(room, "ada", "a question");
  sends(room, "bo", "an answer", { parent: message_id });
  assert.equal(changes(room, "ada", "follow", { message_id, follow: false }), "accepted");
  sends(room, "bo", calls("ada"), { parent: message_id });
  sends(room, "ada", "my last word", { parent: message_id });
  sends(room, "bo", "not mine", { parent: message_id });
  await gathers(room);
  assert.deepEqual([markOf(room, "ada").threads, threadsOf(room, "ada")], [0, []]);
  assert.equal(changes(room, "ada", "follow", { message_id, follow: true }), "accepted");
  assert.deepEqual(threadsOf(room, "ada"), [["a question", 0]], "what is there has been read");
  sends(room, "bo", "something new", { parent: message_id });
  assert.deepEqual(threadsOf(room, "ada"), [["a question", 1]]);
});

test("THR-3 how far a thread is read only grows, and the inbox counts the threads with something unread", async () => {
  const room = await aKnownRoom({ members: ["bo"] });
  const one = sends(room, "ada", "one").message_id;
  const other = sends(room, "ada", "other").message_id;
  const replies = [one, one, other].map((parent) => sends(room, "bo", "a reply", { parent }).seq);
  await gathers(room);
  assert.deepEqual(countsOf(room, "ada"), { badge: 0, mentions: 0, threads: 2 });
  const read = (seq: number) => changes(room, "ada", "thread_read", { message_id: one, seq });
  assert.equal(read(replies[0]!), "accepted");
  assert.deepEqual(threadsOf(room, "ada"), [
    ["other", 1],
    ["one", 1],
  ]);
  read(Number.MAX_SAFE_INTEGER);
  read(1);
  await gathers(room);
  assert.deepEqual(countsOf(room, "ada"), { badge: 0, mentions: 0, threads: 1 });
  sends(room, "bo", "beyond what was there", { parent: one });
  await gathers(room);
  assert.equal(markOf(room, "ada").threads, 2, "the largest number is the newest there was");
  reads(room, "ada");
  await gathers(room);
  assert.equal(markOf(room, "ada").threads, 2, "reading the room reads no thread");
  sends(room, "ada", "I have seen it", { parent: one });
  room.asks("bo", "delete", { message_id: room.local.rows("messages")[4]?.["message_id"] });
  await gathers(room);
  assert.equal(markOf(room, "ada").threads, 0, "by replying, and by a deletion");
});

test("THR-4 the threads that one follows are listed by pages, the one with the newest reply first", () => {
  const room = aRoom({ members: ["bo"] });
  const roots = ["one", "two", "three"].map((text) => sends(room, "ada", text).message_id);
  for (const message_id of roots) changes(room, "bo", "follow", { message_id, follow: true });
  sends(room, "ada", "the newest", { parent: roots[0]! });
  const first = hears(room, "bo", { type: "threads", limit: 2 });
  assert.deepEqual(
    first.threads.map(({ root, unread }) => [root.text, root.thread?.replies ?? 0, unread]),
    [
      ["one", 1, 1],
      ["three", 0, 0],
    ],
  );
  const rest = hears(room, "bo", { type: "threads", limit: 2, before: first.before });
  assert.deepEqual([rest.threads.map(({ root }) => root.text), rest.before], [["two"], null]);
});

test("THR-5 following is answered like a command, is not in the log, and ends with the membership", () => {
  const room = aRoom({ members: ["bo"] });
  const { message_id } = sends(room, "ada", "root");
  const reply = sends(room, "ada", "reply", { parent: message_id });
  const before = room.log().length;
  const socket = room.comesIn("bo");
  const command_id = room.local.newId("command");
  const asked = { type: "follow", command_id, message_id, follow: true };
  const expected = { type: "accepted", command_id, receipt: null, replayed: false };
  assert.deepEqual(room.frame(socket, asked), [expected]);
  assert.deepEqual(room.frame(socket, asked), [expected]);
  assert.equal(room.log().length, before);
  const kept = room.local.rows("thread_follows");
  assert.equal(kept.length, 2);
  rebuild(room.local.engine.context);
  assert.deepEqual(room.local.rows("thread_follows"), kept);
  const code = (of: string, name = "bo") =>
    changes(room, name, "follow", { message_id: of, follow: true });
  assert.equal(code(reply.message_id), "not_a_root");
  assert.equal(code(room.local.newId("message")), "not_found");
  assert.equal(code(message_id, "a stranger"), "not_found");
  room.asks("bo", "leave");
  assert.deepEqual(followers(room), people("ada"));
});
