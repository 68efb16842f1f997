import assert from "node:assert/strict";
import { test } from "node:test";
import { areReadersShown } from "../../durable/room/rules/readers.ts";
import type { Down } from "../../schema/frames/down.ts";
import { limits } from "../../schema/limits.ts";
import { defaultRoomSettings } from "../../schema/room.ts";
import type { LocalSocket } from "../support/local-room.ts";
import { userId } from "../support/local-room.ts";
import { askedCode, hears, prefers, reads, sends } from "./own-world.ts";
import type { World } from "./world.ts";
import { aRoom, codesOf } from "./world.ts";

const people = (...names: string[]) => names.map(userId).toSorted();
const readersOf = (room: World, name: string, message_id: string) => {
  const { read, delivered } = hears(room, name, { type: "readers", message_id });
  return [read, delivered];
};
const resumes = (room: World, socket: LocalSocket, seq: number | null): Down => {
  const { epoch } = room.local.engine.context.room()!;
  const position = seq === null ? null : { epoch, seq };
  socket.frames();
  const [answer] = room.frame(socket, { type: "resume", position });
  assert.ok(answer);
  return answer;
};
/** Cursors in a frame, in short. */
const told = (frames: readonly Down[]) =>
  frames.flatMap((frame) =>
    frame.type === "cursors"
      ? frame.cursors.map((one) => [one.user_id, one.delivered_seq, one.read_seq])
      : [],
  );
async function gathers({ local }: World): Promise<void> {
  local.now_ms += limits.cursor_gather_ms;
  await local.engine.alarm();
}

test("RDR-1 who has read is shown in direct rooms and small ones, as the room's settings say", () => {
  const table = (["small", "direct", "never"] as const).map((receipts) =>
    (["direct", "group", "channel"] as const).map((kind) =>
      [true, false].map((is_small) =>
        areReadersShown({ kind, settings: { ...defaultRoomSettings, receipts } }, is_small),
      ),
    ),
  );
  const yes = [true, true];
  const no = [false, false];
  assert.deepEqual(table, [
    [yes, [true, false], [true, false]],
    [yes, no, no],
    [no, no, no],
  ]);
});

test("RDR-1 the fifty-first member ends it, and a setting does, for questions, snapshots and live", async () => {
  const members = Array.from(
    { length: limits.receipt_members - 1 },
    (_, index) => `member ${index}`,
  );
  const room = aRoom({ members });
  const { message_id } = sends(room, "ada", "hello");
  const query = { type: "readers", message_id };
  assert.equal(askedCode(room, "ada", query), "accepted");
  const ada = room.opens("ada");
  ada.frames();
  const before = resumes(room, ada, null);
  assert.ok(before.type === "snapshot" && before.cursors?.length === limits.receipt_members);
  room.asks("one more", "join");
  assert.equal(askedCode(room, "ada", query), "receipts_off");
  const after = resumes(room, ada, null);
  assert.ok(after.type === "snapshot" && after.cursors === undefined && after.own);
  reads(room, "member 1");
  await gathers(room);
  assert.deepEqual(told(ada.frames()), []);
  room.asks("one more", "leave");
  room.asks("ada", "change", { settings: { receipts: "direct" } });
  assert.equal(askedCode(room, "ada", query), "receipts_off");
});

test("RDR-2 a message was read by those whose cursor is past it, and received by the others who have it", () => {
  const room = aRoom({ members: ["bo", "cy", "dee"] });
  const { message_id, seq } = sends(room, "ada", "hello");
  assert.deepEqual(readersOf(room, "ada", message_id), [[], []]);
  room.frame(room.comesIn("cy"), { type: "delivered", seq });
  reads(room, "bo", seq);
  assert.deepEqual(readersOf(room, "cy", message_id), [people("bo"), people("cy")]);
  room.asks("eve", "join");
  assert.deepEqual(readersOf(room, "ada", message_id), [people("bo"), people("cy")]);
  assert.equal(
    askedCode(room, "ada", { type: "readers", message_id: room.local.newId("message") } as never),
    "not_found",
  );
  assert.equal(
    askedCode(room, "a stranger", { type: "readers", message_id } as never),
    "not_found",
  );
});

test("RDR-2 a reply that is shown in its thread only is read there", () => {
  const room = aRoom({ members: ["bo", "cy"] });
  const { message_id: parent } = sends(room, "bo", "root");
  sends(room, "cy", "I follow", { parent });
  const { message_id, seq } = sends(room, "ada", "a reply", { parent });
  for (const name of ["bo", "cy"]) reads(room, name);
  assert.deepEqual(readersOf(room, "ada", message_id), [[], people("bo", "cy")]);
  room.asks("bo", "thread_read", { message_id: parent, seq });
  assert.deepEqual(readersOf(room, "ada", message_id), [people("bo"), people("cy")]);
});

test("RDR-3 whoever resumes hears how far everyone is, and what is unread to them", () => {
  const room = aRoom({ members: ["bo"] });
  const { seq } = sends(room, "ada", "<@room>");
  const bo = room.opens("bo");
  bo.frames();
  const own = { read_seq: 1, unread_seq: null, badge: 1, mentions: 1 };
  const cursors = [
    { user_id: userId("ada"), delivered_seq: seq, read_seq: seq },
    { user_id: userId("bo"), delivered_seq: 1, read_seq: 1 },
  ].toSorted((one, other) => (one.user_id < other.user_id ? -1 : 1));
  const whole = resumes(room, bo, null);
  assert.ok(whole.type === "snapshot");
  assert.deepEqual([whole.own, whole.cursors], [own, cursors]);
  const since = resumes(room, bo, 1);
  assert.ok(since.type === "events");
  assert.deepEqual([since.own, since.cursors], [own, cursors]);
  sends(room, "ada", "live");
  const [live] = bo.frames();
  assert.ok(live?.type === "events" && live.own === undefined && live.cursors === undefined);
});

test("RDR-4 cursors that move are told together, once in half a second, and to those only who look", async () => {
  const room = aRoom({ members: ["bo", "cy"] });
  const { seq } = sends(room, "ada", "hello");
  const [ada, bo] = [room.comesIn("ada"), room.comesIn("bo")];
  room.frame(bo, { type: "delivered", seq });
  room.frame(bo, { type: "read", seq });
  reads(room, "cy", seq);
  assert.deepEqual(
    [ada, bo].flatMap((socket) => socket.frames()),
    [],
  );
  await gathers(room);
  const moved = people("bo", "cy").map((user_id) => [user_id, seq, seq]);
  assert.equal(ada.sent[0], bo.sent[0], "encoded once");
  for (const socket of [ada, bo]) {
    const frames = socket.frames();
    assert.deepEqual([codesOf(frames), told(frames)], [["cursors"], moved]);
  }
  await gathers(room);
  assert.deepEqual(ada.frames(), []);
  room.local.disconnect(bo);
  room.local.disconnect(ada);
  sends(room, "ada", "nobody looks");
  reads(room, "bo");
  assert.ok(!room.local.rows("timers").some(({ name }) => name === "cursors"));
});

test("RDR-4 a life that finds cursors untold tells those of all", async () => {
  const room = aRoom({ members: ["bo", "cy"] });
  const { seq } = sends(room, "ada", "hello");
  const ada = room.comesIn("ada");
  reads(room, "bo", seq);
  room.local.wake();
  reads(room, "cy", seq);
  await gathers(room);
  assert.deepEqual(
    told(ada.frames()),
    people("ada", "bo", "cy").map((user_id) => [user_id, seq, seq]),
  );
});

test("RDR-5 whoever hides how far they have read is nowhere shown, and is shown nobody", async () => {
  const room = aRoom({ members: ["bo", "cy"] });
  room.local.engine.prefers(userId("bo"), prefers(room, "bo", { shows_reads: false }));
  const { message_id, seq } = sends(room, "ada", "hello");
  const [ada, bo] = [room.comesIn("ada"), room.comesIn("bo")];
  for (const name of ["bo", "cy"]) reads(room, name, seq);
  await gathers(room);
  assert.deepEqual(told(ada.frames()), [[userId("cy"), seq, seq]]);
  assert.deepEqual(bo.frames(), []);
  assert.deepEqual(readersOf(room, "ada", message_id), [people("cy"), []]);
  assert.equal(askedCode(room, "bo", { type: "readers", message_id } as never), "receipts_off");
  const [hers, his] = [resumes(room, ada, null), resumes(room, bo, null)];
  assert.ok(hers.type === "snapshot" && his.type === "snapshot");
  assert.deepEqual(
    hers.cursors?.map(({ user_id }) => user_id),
    people("ada", "cy"),
  );
  assert.deepEqual([his.cursors, his.own?.read_seq], [undefined, seq]);
  room.local.engine.prefers(userId("bo"), prefers(room, "bo", { shows_reads: true }));
  assert.deepEqual(readersOf(room, "bo", message_id), [people("bo", "cy"), []]);
});
