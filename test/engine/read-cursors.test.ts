import assert from "node:assert/strict";
import { test } from "node:test";
import type { ReadAnswer } from "../../schema/http.ts";
import { limits } from "../../schema/limits.ts";
import type { Answer } from "../../schema/rpc.ts";
import { migrate } from "../../durable/kernel/migrate.ts";
import { roomMigrations } from "../../durable/room/tables.ts";
import { rebuild } from "../../durable/room/rebuild.ts";
import { LocalRoom, callerOf, userId } from "../support/local-room.ts";
import type { World } from "./world.ts";
import { aRoom, codeOf, codesOf } from "./world.ts";

const reads = ({ local }: World, name: string, seq: number): Answer<ReadAnswer> =>
  local.engine.read(callerOf(name), seq);
const said = (answer: Answer<ReadAnswer>): ReadAnswer => {
  if (!answer.ok) throw new Error(answer.refusal.code);
  return answer.value;
};
const own = (read_seq: number, badge: number) => ({
  read_seq,
  unread_seq: null,
  badge,
  mentions: 0,
});
const cursorOf = ({ local }: World, name: string) =>
  local.rows("cursors").find((row) => row["user_id"] === userId(name))?.["read_seq"];

async function gathers({ local }: World): Promise<void> {
  local.settle();
  local.now_ms += limits.mark_gather_ms;
  await local.engine.alarm();
}

test("CUR-1 a cursor only grows, and never beyond the newest event", () => {
  const room = aRoom({ members: ["bo"] });
  for (let count = 0; count < 4; count += 1) room.says("ada", "hello");
  assert.deepEqual(said(reads(room, "bo", 3)), own(3, 2));
  assert.deepEqual(said(reads(room, "bo", 2)), own(3, 2));
  assert.deepEqual(said(reads(room, "bo", 999)), own(5, 0));
  room.says("ada", "unread");
  assert.deepEqual(said(reads(room, "bo", 0)), own(5, 1));
});

test("CUR-1 over a socket it is a signal without an answer", () => {
  const room = aRoom({ members: ["bo"] });
  const bo = room.comesIn("bo");
  room.says("ada", "hello");
  bo.frames();
  assert.deepEqual(room.frame(bo, { type: "read", seq: 2 }), []);
  assert.equal(cursorOf(room, "bo"), 2);
  for (const seq of [-1, 1.5, "2", null])
    assert.deepEqual(codesOf(room.frame(bo, { type: "read", seq })), ["invalid"]);
  assert.deepEqual(codesOf(room.frame(bo, { type: "read", seq: 2, user_id: userId("ada") })), [
    "invalid",
  ]);
  assert.equal(cursorOf(room, "ada"), 2, "that of its author");
});

test("CUR-2 what comes over sockets in one turn is one write", () => {
  const room = aRoom({ members: ["bo", "cy"] });
  const [bo, cy] = [room.comesIn("bo"), room.comesIn("cy")];
  for (let count = 0; count < 9; count += 1) room.says("ada", "hello");
  let commits = 0;
  room.local.step = (what) => void (what === "commit" && (commits += 1));
  for (const seq of [4, 9, 2, 10, 7]) {
    room.local.receive(bo, { type: "read", seq });
    room.local.receive(cy, { type: "read", seq: seq - 1 });
  }
  assert.equal(commits, 0);
  room.local.settle();
  assert.equal(commits, 1);
  assert.deepEqual([cursorOf(room, "bo"), cursorOf(room, "cy")], [10, 9]);
});

test("CUR-3 who comes has read what was there, and who sends has read what they answer", () => {
  const room = aRoom({ members: ["bo"] });
  room.says("ada", "before cy came");
  room.asks("cy", "join");
  assert.deepEqual(said(reads(room, "cy", 0)), own(3, 0));
  room.says("ada", "after");
  assert.deepEqual(said(reads(room, "cy", 0)), own(3, 1));
  room.says("cy", "an answer");
  assert.deepEqual(said(reads(room, "cy", 0)), own(5, 0));
  room.asks("bo", "leave");
  room.asks("bo", "join");
  assert.deepEqual(said(reads(room, "bo", 0)), own(7, 0));
});

test("CUR-4 cursors are not in the log, and stay when the tables are made again from it", () => {
  const room = aRoom({ members: ["bo"] });
  room.says("ada", "hello");
  reads(room, "bo", 2);
  assert.equal(room.log().length, 2);
  const before = room.local.rows("cursors");
  rebuild(room.local.engine.context);
  assert.deepEqual(room.local.rows("cursors"), before);
  room.local.wake();
  assert.deepEqual(said(reads(room, "bo", 0)), own(2, 0));
});

test("CUR-5 who reads is told of it in their own inbox, also while they look, and nobody else is", async () => {
  const room = aRoom({ members: ["bo", "cy"] });
  await gathers(room);
  room.says("ada", "hello");
  await gathers(room);
  const { inboxes } = room.local;
  const [bo, cy] = [inboxes.at(userId("bo")), inboxes.at(userId("cy"))];
  assert.deepEqual([bo.mark?.badge, cy.told.length], [1, 2]);
  const socket = room.comesIn("bo");
  room.frame(socket, { type: "read", seq: 2 });
  await gathers(room);
  assert.deepEqual([bo.mark?.badge, bo.mark?.read_seq, cy.told.length], [0, 2, 2]);
  room.says("ada", "seen at once");
  room.frame(socket, { type: "read", seq: 3 });
  await gathers(room);
  assert.equal(bo.told.length, 3, "there is no badge to fall");
  room.local.disconnect(socket);
  await gathers(room);
  assert.deepEqual([bo.mark?.badge, bo.mark?.read_seq], [0, 3]);
});

test("CUR-6 a stranger reads nothing, and neither does who has left", () => {
  const room = aRoom({ members: ["bo"] });
  assert.equal(codeOf(reads(room, "dee", 1)), "not_found");
  const bo = room.comesIn("bo");
  room.local.receive(bo, { type: "read", seq: 1 });
  room.asks("bo", "leave");
  assert.equal(codeOf(reads(room, "bo", 1)), "not_found");
  assert.equal(cursorOf(room, "bo"), 1);
});

test("CUR-7 whoever has no account any more leaves, also a direct room, once however often it is asked", async () => {
  const room = aRoom({ kind: "direct" });
  const bo = room.comesIn("bo");
  room.says("bo", "my last words");
  const twice = [userId("bo"), userId("bo")].map((user_id) => room.local.engine.forget(user_id));
  room.local.settle();
  await Promise.all(twice);
  await room.local.engine.forget(userId("bo"));
  await room.local.engine.forget(userId("never here"));
  const left = room.log().filter((event) => event.type === "member.left");
  assert.deepEqual(
    left.map((event) => [event.actor, event.body]),
    [[userId("bo"), { user_id: userId("bo"), heir: null }]],
  );
  assert.equal(bo.closed?.code, 4200);
  assert.equal(cursorOf(room, "bo"), undefined);
  assert.equal(codeOf(room.asks("bo", "send", { text: "from beyond" })), "not_found");
  room.says("ada", "alone now");
  assert.deepEqual(
    room.local.rows("messages").map((row) => row["author"]),
    [userId("bo"), userId("ada")],
  );
  await gathers(room);
  assert.equal(room.local.inboxes.at(userId("bo")).told.length, 0, "an inbox that is gone");
});

test("CUR-7 a room whose owner is forgotten has an heir, and one that cannot write it says so", async () => {
  const room = aRoom({ members: ["bo"] });
  room.local.step = (what) => {
    if (what === "commit") throw new Error("the disk is full");
  };
  await assert.rejects(async () => room.local.engine.forget(userId("ada")));
  room.local.wake();
  room.local.step = () => {};
  await room.local.engine.forget(userId("ada"));
  assert.deepEqual(
    room.local.rows("members").map((row) => [row["user_id"], row["role"]]),
    [[userId("bo"), "owner"]],
  );
});

test("CUR-7 where no room was made, being told to forget leaves no trace", async () => {
  const local = new LocalRoom();
  await local.engine.forget(userId("nobody"));
  local.engine.endSession(userId("nobody"), callerOf("nobody").device_id);
  assert.deepEqual(local.rows("sqlite_master"), []);
});

test("CUR-3 a reply in a thread has read its thread, and nothing in the room", () => {
  const room = aRoom({ members: ["bo"] });
  const parent = room.says("ada", "root").replace("command_", "message_");
  room.says("ada", "unread");
  room.asks("bo", "send", { text: "in the thread", parent });
  assert.deepEqual(said(reads(room, "bo", 0)), own(1, 2));
  room.asks("bo", "send", { text: "in both", parent, in_room: true });
  assert.deepEqual(said(reads(room, "bo", 0)), own(5, 0));
});

test("CUR-8 what a device has received is kept beside what was read, never behind it, and only where it is shown", () => {
  const room = aRoom({ members: ["bo"] });
  const bo = room.comesIn("bo");
  for (let count = 0; count < 4; count += 1) room.says("ada", "hello");
  bo.frames();
  const cursor = () => {
    const row = room.local.rows("cursors").find((one) => one["user_id"] === userId("bo"));
    return [row?.["delivered_seq"], row?.["read_seq"]];
  };
  assert.deepEqual(room.frame(bo, { type: "delivered", seq: 3 }), []);
  assert.deepEqual(cursor(), [3, 1]);
  room.frame(bo, { type: "delivered", seq: 2 });
  room.frame(bo, { type: "read", seq: 2 });
  assert.deepEqual(cursor(), [3, 2]);
  room.frame(bo, { type: "read", seq: 4 });
  assert.deepEqual(cursor(), [4, 4]);
  room.frame(bo, { type: "delivered", seq: 999 });
  assert.deepEqual(cursor(), [5, 4]);
  room.says("bo", "an answer");
  assert.deepEqual(cursor(), [6, 6]);
  bo.frames();
  assert.deepEqual(codesOf(room.frame(bo, { type: "delivered", seq: -1 })), ["invalid"]);
  room.asks("ada", "change", { settings: { receipts: "never" } });
  room.frame(bo, { type: "delivered", seq: 7 });
  assert.deepEqual(cursor(), [6, 6]);
});

test("MIG-1 CUR-8 cursors from before are told of as they were, and what is read was received", () => {
  const { sql } = new LocalRoom().host;
  migrate(sql, roomMigrations.slice(0, 2), 1);
  const add = (name: string, read_seq: number, marked_seq: number, marked_read_seq: number) =>
    sql.exec("INSERT INTO cursors VALUES (?1, ?2, ?3, ?4, 5, NULL)", [
      name,
      read_seq,
      marked_seq,
      marked_read_seq,
    ]);
  add("knows", 7, 9, 7);
  add("knows less", 8, 9, 7);
  migrate(sql, roomMigrations, 2);
  const kept = { marked_seq: 9, marked_badge: 5, left_seq: null, unread_seq: null };
  const rows = sql.exec("SELECT * FROM cursors ORDER BY user_id", []).map((row) => ({ ...row }));
  assert.deepEqual(rows, [
    { user_id: "knows", read_seq: 7, delivered_seq: 7, revision: 0, marked_revision: 0, ...kept },
    {
      user_id: "knows less",
      read_seq: 8,
      delivered_seq: 8,
      revision: 1,
      marked_revision: 0,
      ...kept,
    },
  ]);
});

test("CUR-9 marking as unread moves no cursor, and ends when everything is read, or something is said", async () => {
  const room = aRoom({ members: ["bo"] });
  for (let count = 0; count < 4; count += 1) room.says("ada", "hello");
  await gathers(room);
  reads(room, "bo", 5);
  const marks = (seq: number) => room.asks("bo", "unread", { seq });
  const now = () => {
    const { read_seq, unread_seq, badge } = said(reads(room, "bo", 0));
    return [read_seq, unread_seq, badge];
  };
  assert.deepEqual(marks(4), { ok: true, value: { receipt: null, replayed: false } });
  assert.deepEqual(now(), [5, 4, 2]);
  reads(room, "bo", 4);
  assert.deepEqual(now(), [5, 4, 2], "there is more than that");
  marks(2);
  assert.deepEqual(now(), [5, 2, 4]);
  assert.deepEqual(said(reads(room, "bo", Number.MAX_SAFE_INTEGER)), own(5, 0));
  marks(6);
  assert.deepEqual(now(), [5, null, 0], "what is not read yet need not be marked");
  marks(3);
  room.says("ada", "and more");
  assert.deepEqual(now(), [5, 3, 4]);
  reads(room, "bo", 5);
  assert.deepEqual(now(), [5, 3, 4]);
  room.says("bo", "seen");
  assert.deepEqual(now(), [7, null, 0]);
  assert.equal(room.log().filter(({ actor }) => actor === userId("bo")).length, 1);
});

test("CUR-9 other devices hear of it by the inbox, also while they look, and when it ends", async () => {
  const room = aRoom({ members: ["bo"] });
  room.says("bo", "my own");
  await gathers(room);
  const bo = room.comesIn("bo");
  const command_id = room.local.newId("command");
  const [answer] = room.frame(bo, { type: "unread", command_id, seq: 2 });
  assert.deepEqual(answer, { type: "accepted", command_id, receipt: null, replayed: false });
  await gathers(room);
  const { inboxes } = room.local;
  const mark = () => inboxes.at(userId("bo")).mark;
  assert.deepEqual([mark()?.unread_seq, mark()?.badge], [2, 0]);
  room.frame(bo, { type: "read", seq: 2 });
  await gathers(room);
  assert.equal(mark()?.unread_seq, 2, "said again by a device whose line was gone");
  room.frame(bo, { type: "read", seq: 2, ends_mark: true });
  await gathers(room);
  assert.equal(mark()?.unread_seq, null);
  assert.equal(codeOf(room.asks("a stranger", "unread", { seq: 1 })), "not_found");
});
