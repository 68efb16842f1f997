import assert from "node:assert/strict";
import { test } from "node:test";
import type { Call } from "../../schema/inbox.ts";
import type { CalledBefore } from "../../schema/inbox-rpc.ts";
import { deriveId } from "../../schema/ids.ts";
import { limits } from "../../schema/limits.ts";
import type { LocalInbox } from "../support/local-inbox.ts";
import { anInbox, LocalInboxes, roomId } from "../support/local-inbox.ts";
import { userId } from "../support/local-room.ts";

const call = (seq: number, at = seq): Call => ({
  message_id: deriveId("message", String(seq)),
  seq,
  at,
  author: userId("bo"),
});

/** The room says so, with a mark at the last of the calls. */
const calls = (inbox: LocalInbox, room: string, ...called: Call[]) =>
  inbox.isTold(inbox.markAt(room, called.at(-1)?.seq ?? 1, { called }));

async function page(inbox: LocalInbox, limit = 50, before: CalledBefore | null = null) {
  const answer = await inbox.hears(inbox.engine.mentions(inbox.caller(), { before, limit }));
  if (!answer.ok) throw new Error(answer.refusal.code);
  return answer.value;
}

/** Which messages of which room, by their seqs. */
const seqs = async (inbox: LocalInbox, room = "raven") =>
  (await page(inbox)).called
    .filter(({ room_id }) => room_id === roomId(room))
    .map(({ seq }) => seq);

test("MYM-1 what marks tell of is listed newest first, over all rooms, each message once", async () => {
  const ada = await anInbox();
  await calls(ada, "raven", call(3, 300), call(5, 500));
  await calls(ada, "owl", call(4, 400));
  // The same mark again, and one that is late: it says nothing new of the room.
  await calls(ada, "raven", call(3, 300), call(5, 500));
  await ada.isTold(ada.markAt("raven", 2, { called: [call(2, 200)] }));
  const { called, before } = await page(ada);
  assert.deepEqual(
    called.map(({ room_id, seq, role }) => [room_id, seq, role]),
    [
      [roomId("raven"), 5, "member"],
      [roomId("owl"), 4, "member"],
      [roomId("raven"), 3, "member"],
      [roomId("raven"), 2, "member"],
    ],
  );
  assert.equal(before, null);
  assert.equal(
    (await ada.state()).rooms.find((room) => room.room_id === roomId("raven"))?.position.seq,
    5,
  );
  assert.ok((await ada.state()).rooms.every((room) => !("called" in room)));
});

test("MYM-2 pages end where they say and go on from there, also within one millisecond", async () => {
  const ada = await anInbox();
  await calls(ada, "raven", ...Array.from({ length: 7 }, (_, at) => call(at + 1, 500)));
  await calls(ada, "owl", call(9, 400), call(10, 600));
  const found: number[] = [];
  let before: CalledBefore | null = null;
  do {
    const next: Awaited<ReturnType<typeof page>> = await page(ada, 2, before);
    assert.ok(next.called.length <= 2);
    found.push(...next.called.map(({ seq }) => seq));
    before = next.before;
  } while (before !== null);
  assert.deepEqual(found, [10, 7, 6, 5, 4, 3, 2, 1, 9]);
});

test("MYM-3 a thousand are kept, the newest", async () => {
  const ada = await anInbox();
  for (let from = 1; from <= limits.calls + 20; from += 20)
    await calls(ada, "raven", ...Array.from({ length: 20 }, (_, at) => call(from + at)));
  // Late, and older than all that is kept.
  await ada.isTold(ada.markAt("raven", 1, { called: [call(1)] }));
  const rows = ada.rows("called").map(({ seq }) => Number(seq));
  assert.equal(rows.length, limits.calls);
  assert.equal(Math.min(...rows), 21);
});

test("MYM-4 nothing is left of a room that was left, and a mark from before brings nothing back", async () => {
  const ada = await anInbox();
  await calls(ada, "raven", call(3));
  await calls(ada, "owl", call(4));
  await ada.isGoneFrom("raven", 5);
  assert.deepEqual(await seqs(ada), []);
  assert.deepEqual(await seqs(ada, "owl"), [4]);
  await calls(ada, "raven", call(4));
  assert.deepEqual(await seqs(ada), []);
  await calls(ada, "raven", call(7));
  assert.deepEqual(await seqs(ada), [7]);
});

test("MYM-5 a direct room with somebody who is blocked is out of sight here too", async () => {
  const ada = await anInbox();
  const direct = { kind: "direct" as const, with: userId("bo") };
  await ada.isTold(ada.markAt("bo", 2, { ...direct, called: [call(2)] }));
  await ada.does("block", { user_id: userId("bo") });
  await ada.isTold(ada.markAt("bo", 3, { ...direct, called: [call(3)] }));
  assert.deepEqual(await seqs(ada, "bo"), []);
  await ada.does("unblock", { user_id: userId("bo") });
  assert.deepEqual(await seqs(ada, "bo"), [3, 2]);
});

test("MYM-6 only a device of one's own that is signed in is answered, and an eviction forgets nothing", async () => {
  const ada = await anInbox();
  await calls(ada, "raven", call(3));
  ada.wake();
  assert.deepEqual(await seqs(ada), [3]);
  await ada.hears(ada.engine.signOut(ada.user_id, { which: "all" }));
  await assert.rejects(page(ada), /unauthenticated/);
  await assert.rejects(page(new LocalInboxes().at("nobody")), /not_found/);
});
