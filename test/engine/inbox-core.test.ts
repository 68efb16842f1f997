import assert from "node:assert/strict";
import { test } from "node:test";
import type { InboxEvent } from "../../schema/inbox-events.ts";
import { limits } from "../../schema/limits.ts";
import type { LocalInbox } from "../support/local-inbox.ts";
import { anInbox, deviceId, preview, roomId } from "../support/local-inbox.ts";
import { userId } from "../support/local-room.ts";
import { seededRandom } from "../support/random.ts";
import { log } from "../../durable/inbox/stores/log.ts";

const room = async (inbox: LocalInbox, name: string) =>
  (await inbox.state()).rooms.find((one) => one.room_id === roomId(name));
const types = (events: readonly InboxEvent[]) => events.map((event) => event.type);

test("INB-1 marks may come late, twice and in any order: the newest is what stays", async () => {
  for (let seed = 1; seed <= 40; seed += 1) {
    const random = seededRandom(seed);
    const ada = await anInbox("ada", seed);
    const marks = Array.from({ length: 8 }, (_, index) =>
      ada.markAt("raven", 1 + Math.floor(index / 2), { revision: index, badge: index }),
    );
    const told = [...marks, ...marks].toSorted(() => random.int(3) - 1);
    for (const mark of told) await ada.isTold(mark);
    const shown = await room(ada, "raven");
    assert.deepEqual([shown?.position, shown?.badge], [marks.at(-1)?.position, 7], `seed ${seed}`);
  }
});

test("INB-1 what is nothing new has no event, and another life of the room takes the place of the last", async () => {
  const ada = await anInbox();
  const mark = ada.markAt("raven", 5, { preview: preview(5) });
  await ada.isTold(mark);
  const { position } = await ada.state();
  for (const old of [mark, ada.markAt("raven", 4), ada.markAt("raven", 5, { preview: preview(5) })])
    await ada.isTold(old);
  assert.deepEqual((await ada.state()).position, position);
  await ada.isTold({ ...mark, preview: { ...preview(5), type: "message.deleted" } });
  assert.equal((await room(ada, "raven"))?.preview?.type, "message.deleted");
  const restored = { epoch: ada.markAt("another life", 1).position.epoch, seq: 2 };
  await ada.isTold({ ...mark, position: restored });
  assert.deepEqual((await room(ada, "raven"))?.position, restored);
});

test("INB-2 a room that was left stays away, until a mark from beyond that event", async () => {
  const ada = await anInbox();
  await ada.isGoneFrom("raven", 3);
  await ada.isTold(ada.markAt("raven", 2));
  assert.equal(await room(ada, "raven"), undefined);
  await ada.isTold(ada.markAt("raven", 4));
  await ada.isGoneFrom("raven", 3);
  assert.ok(await room(ada, "raven"));
  await ada.does("draft", { room_id: roomId("raven"), text: "half a", edited_at: 1 });
  await ada.isGoneFrom("raven", 6);
  await ada.isGoneFrom("raven", 6);
  const state = await ada.state();
  assert.deepEqual([state.rooms, state.drafts], [[], []]);
  const events = types(log.after(ada.host.sql, 0));
  assert.deepEqual(events.slice(-2), ["draft.changed", "room.gone"]);
  assert.deepEqual(await ada.engine.roomIds(), []);
});

test("INB-3 a direct room with somebody who is blocked is out of sight, and back as it is now afterwards", async () => {
  const ada = await anInbox();
  const direct = (seq: number, badge: number) =>
    ada.markAt("ada and bo", seq, { kind: "direct", with: userId("bo"), badge });
  await ada.isTold(direct(1, 1));
  await ada.does("block", { user_id: userId("bo") });
  assert.equal(await room(ada, "ada and bo"), undefined);
  const { position } = await ada.state();
  await ada.isTold(direct(2, 2));
  assert.deepEqual((await ada.state()).position, position);
  const room_id = roomId("ada and bo");
  assert.equal(await ada.does("arrange", { room_id, favourite: true }), "not_found");
  await ada.does("unblock", { user_id: userId("bo") });
  assert.equal((await room(ada, "ada and bo"))?.badge, 2);
  assert.ok(types(log.after(ada.host.sql, position.seq)).includes("room.changed"));
});

test("INB-4 a room is arranged on all devices, and what is said there brings it back unless it is muted", async () => {
  const ada = await anInbox();
  const room_id = roomId("raven");
  assert.equal(await ada.does("arrange", { room_id, favourite: true }), "not_found");
  await ada.isTold(ada.markAt("raven", 1));
  const muted_until = ada.all.now_ms + 1_000;
  const asked = { room_id, favourite: true, folder: "Work", archived: true, muted_until };
  assert.equal(await ada.does("arrange", asked), "done");
  assert.equal(await ada.does("arrange", asked), "so already");
  await ada.isTold(ada.markAt("raven", 2, { preview: preview(2) }));
  assert.equal((await room(ada, "raven"))?.archived, true);
  ada.all.now_ms += 1_000;
  await ada.isTold(ada.markAt("raven", 3, { preview: preview(2), badge: 1 }));
  assert.equal((await room(ada, "raven"))?.archived, true);
  await ada.isTold(ada.markAt("raven", 4, { preview: preview(4) }));
  const { favourite, folder, archived } = (await room(ada, "raven"))!;
  assert.deepEqual([favourite, folder, archived], [true, "Work", false]);
});

test("INB-5 of a draft the later edit wins, in whichever order edits arrive, also after its end", async () => {
  const edits = [
    { text: "a", edited_at: 1, device: "ada" },
    { text: "", edited_at: 2, device: "ada" },
    { text: "", edited_at: 4, device: "phone" },
    { text: "b", edited_at: 3, device: "phone" },
    { text: "c", edited_at: 5, device: "ada" },
    { text: "d", edited_at: 5, device: "phone" },
  ];
  const winners = new Set<string>();
  const ended = new Set<number>();
  for (let seed = 1; seed <= 60; seed += 1) {
    const random = seededRandom(seed);
    const ada = await anInbox("ada", seed);
    await ada.signsIn("phone");
    await ada.isIn("raven");
    const order = edits.toSorted(() => random.int(3) - 1);
    const tell = async ({ device, ...edit }: (typeof edits)[number]) =>
      ada.does("draft", { room_id: roomId("raven"), ...edit }, device);
    for (const edit of order.filter((one) => one.edited_at < 5)) await tell(edit);
    ended.add((await ada.state()).drafts.length);
    for (const edit of order) await tell(edit);
    winners.add(JSON.stringify((await ada.state()).drafts));
  }
  assert.deepEqual([...ended], [0]);
  assert.equal(winners.size, 1);
  const text = deviceId("ada") > deviceId("phone") ? "c" : "d";
  assert.equal((JSON.parse([...winners][0]!) as { text: string }[])[0]?.text, text);
});

test("INB-5 a clock that is ahead does not win for ever, and a draft needs a room", async () => {
  const ada = await anInbox();
  const room_id = roomId("raven");
  const far = ada.all.now_ms + limits.clock_skew_ms + 1;
  assert.equal(await ada.does("draft", { room_id, text: "x", edited_at: far }), "not_found");
  await ada.isIn("raven");
  await ada.does("draft", { room_id, text: "from the future", edited_at: far });
  assert.equal((await ada.state()).drafts[0]?.edited_at, ada.all.now_ms);
  const edited_at = ada.all.now_ms + 1;
  assert.equal(await ada.does("draft", { room_id, text: "now", edited_at }), "done");
  assert.equal(await ada.does("draft", { room_id, text: "old", edited_at: 1 }), "so already");
});

test("INB-6 a bookmark has one note, and goes again", async () => {
  const ada = await anInbox();
  const [room_id, message_id] = [roomId("raven"), ada.newId("message")];
  assert.equal(await ada.does("bookmark", { room_id, message_id }), "not_found");
  await ada.isIn("raven");
  assert.equal(await ada.does("bookmark", { room_id, message_id, note: "one" }), "done");
  assert.equal(await ada.does("bookmark", { room_id, message_id, note: "one" }), "so already");
  assert.equal(await ada.does("bookmark", { room_id, message_id, note: "two" }), "done");
  assert.deepEqual(
    (await ada.state()).bookmarks.map(({ note }) => note),
    ["two"],
  );
  await ada.isGoneFrom("raven", 2);
  assert.equal(await ada.does("unbookmark", { room_id, message_id }), "done");
  assert.equal(await ada.does("unbookmark", { room_id, message_id }), "so already");
});

test("INB-7 drafts, bookmarks and rooms have their limits", { timeout: 120_000 }, async () => {
  const ada = await anInbox();
  for (let count = 0; count <= limits.drafts; count += 1) {
    void ada.engine.mark(ada.markOf(`room ${count}`), 0);
    ada.turn();
  }
  const draft = (count: number, text: string) => {
    ada.all.now_ms += 1_000;
    return ada.does("draft", { room_id: roomId(`room ${count}`), text, edited_at: ada.all.now_ms });
  };
  for (let count = 0; count < limits.drafts; count += 1)
    assert.equal(await draft(count, "x"), "done");
  assert.equal(await draft(limits.drafts, "x"), "too_many");
  assert.equal(await draft(0, ""), "done");
  assert.equal(await draft(limits.drafts, "x"), "done");
  const bookmark = () => {
    ada.all.now_ms += 1_000;
    return ada.does("bookmark", { room_id: roomId("room 0"), message_id: ada.newId("message") });
  };
  for (let count = 0; count < limits.bookmarks; count += 1) assert.equal(await bookmark(), "done");
  assert.equal(await bookmark(), "too_many");
  for (let count = 0; count <= limits.inbox_rooms; count += 1) {
    void ada.engine.mark(ada.markOf(`room ${count}`), 0);
    ada.turn();
  }
  assert.equal((await ada.engine.roomIds()).length, limits.inbox_rooms);
});

test("INB-8 a command has its one effect, however often it comes", async () => {
  const ada = await anInbox();
  await ada.isIn("raven");
  const command_id = ada.newId("command");
  const asked = { command_id, room_id: roomId("raven"), favourite: true };
  const first = await ada.asks("arrange", asked);
  ada.wake();
  const again = await ada.asks("arrange", asked);
  assert.ok(first.ok && again.ok);
  assert.deepEqual(again.value, { seq: first.value.seq, replayed: true });
  assert.equal(await ada.does("arrange", { ...asked, favourite: false }), "command_id_reused");
});
