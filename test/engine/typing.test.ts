import assert from "node:assert/strict";
import { test } from "node:test";
import { limits } from "../../schema/limits.ts";
import { messageIdOf } from "../../schema/ids.ts";
import { callerOf, userId } from "../support/local-room.ts";
import { Watching, typingOf } from "./live-world.ts";
import { aRoom, codeOf } from "./world.ts";

const on = { type: "typing", on: true };
const off = { type: "typing", on: false };

function aWatchedRoom(members = ["bo", "cy"]) {
  const room = aRoom({ members });
  const watching = new Watching(room);
  const [ada, bo, cy] = ["ada", "bo", "cy"].map((name) => watching.comesIn(name));
  for (const socket of [ada!, bo!, cy!]) socket.signals();
  return { room, watching, ada: ada!, bo: bo!, cy: cy! };
}

test("TYP-1 who types is shown to the others, with the thread, and not to their own devices", () => {
  const { room, watching, ada, bo, cy } = aWatchedRoom();
  const other_device = watching.comesIn("bo", "bo's telephone");
  other_device.signals();
  assert.deepEqual(watching.says(bo, on), [], "a signal has no answer");
  assert.deepEqual(
    [ada, cy].map((socket) => typingOf(socket.signals())),
    [["bo types"], ["bo types"]],
  );
  assert.deepEqual(
    [bo, other_device].flatMap((socket) => typingOf(socket.signals())),
    [],
  );
  const parent = messageIdOf(room.says("ada", "a root"));
  watching.says(cy, { ...on, parent });
  assert.deepEqual(typingOf(ada.signals()), ["cy replies"]);
  const frame = bo.signals().find(({ type }) => type === "typing");
  assert.ok(frame?.type === "typing" && frame.users[0]?.parent === parent);
});

test("TYP-1 a thread that is not there is none to type in", () => {
  const { room, watching, ada, bo } = aWatchedRoom();
  watching.says(bo, { ...on, parent: room.local.newId("message") });
  assert.deepEqual(typingOf(ada.signals()), []);
  const root = messageIdOf(room.says("ada", "a root"));
  const command_id = room.local.newId("command");
  room.asks("ada", "send", { command_id, text: "a reply", parent: root });
  watching.says(bo, { ...on, parent: messageIdOf(command_id) });
  assert.deepEqual(typingOf(ada.signals()), []);
});

test("TYP-2 typing is over five seconds after it was last said", async () => {
  const { watching, ada, bo, cy } = aWatchedRoom();
  const all = [ada, bo, cy];
  watching.says(bo, on);
  await watching.passes(2_000, all);
  watching.says(bo, on);
  await watching.passes(limits.typing_expires_ms - 1, all);
  assert.deepEqual(typingOf(ada.signals()), ["bo types"]);
  await watching.passes(1, all);
  assert.deepEqual(typingOf(ada.signals()), ["bo stops"]);
  assert.ok(!watching.timers().includes("typing"), "nobody types, and nothing waits");
});

test("TYP-2 it is over when it is taken back, and when the last socket ends", async () => {
  const { room, watching, ada, bo, cy } = aWatchedRoom();
  const second = watching.comesIn("cy", "cy's telephone");
  for (const socket of [bo, cy]) watching.says(socket, on);
  assert.deepEqual(typingOf(ada.signals()), ["bo types", "cy types"]);
  await watching.passes(limits.typing_gather_ms, [ada, bo, cy, second]);
  watching.says(bo, off);
  assert.deepEqual(typingOf(ada.signals()), ["bo stops"]);
  room.local.disconnect(cy);
  room.local.settle();
  assert.deepEqual(typingOf(ada.signals()), [], "cy is here on another device");
  room.local.disconnect(second);
  room.local.settle();
  assert.deepEqual(typingOf(ada.signals()), ["cy stops"]);
});

test("TYP-3 one person is told of at most once in three seconds, and who goes on is told of again", async () => {
  const { watching, ada, bo, cy } = aWatchedRoom();
  const told: string[] = [];
  for (let step = 0; step < 120; step += 1) {
    if (step % 2 === 0) watching.says(bo, on);
    else if (step % 3 === 0) watching.says(bo, off);
    await watching.passes(100, [ada, bo, cy]);
    told.push(...typingOf(ada.signals()));
  }
  assert.ok(told.length <= 12_000 / limits.typing_gather_ms + 1, `${told.length} frames`);
  assert.ok(told.filter((line) => line === "bo types").length >= 2, told.join());
});

test("TYP-3 what came to nothing within three seconds is not told", async () => {
  const { watching, ada, bo, cy } = aWatchedRoom();
  watching.says(bo, on);
  watching.says(bo, off);
  watching.says(bo, on);
  await watching.passes(limits.typing_gather_ms, [ada, bo, cy]);
  assert.deepEqual(typingOf(ada.signals()), ["bo types"]);
});

test("TYP-4 a message ends typing without another word, and so does leaving", async () => {
  const { room, watching, ada, bo, cy } = aWatchedRoom();
  for (const socket of [bo, cy]) watching.says(socket, on);
  ada.signals();
  room.says("bo", "here it is");
  room.asks("cy", "leave");
  await watching.passes(60_000, [ada, bo]);
  assert.deepEqual(typingOf(ada.signals()), []);
  watching.says(bo, on);
  assert.deepEqual(typingOf(ada.signals()), ["bo types"], "and begins anew");
});

test("TYP-4 TYP-3 whoever types on after their message is shown again when three seconds are over", async () => {
  const { room, watching, ada, bo, cy } = aWatchedRoom();
  watching.says(bo, on);
  room.says("bo", "first");
  ada.signals();
  watching.says(bo, on);
  assert.deepEqual(typingOf(ada.signals()), []);
  await watching.passes(limits.typing_gather_ms, [ada, bo, cy]);
  assert.deepEqual(typingOf(ada.signals()), ["bo types"]);
});

test("TYP-5 who may not write types nothing, and who may not any more has stopped", async () => {
  const { room, watching, ada, bo, cy } = aWatchedRoom();
  for (const socket of [bo, cy]) watching.says(socket, on);
  ada.signals();
  await watching.passes(limits.typing_gather_ms, [ada, bo, cy]);
  for (const socket of [bo, cy]) watching.says(socket, on);
  ada.signals();
  await watching.passes(limits.typing_gather_ms, [ada, bo, cy]);
  room.asks("ada", "mute", { user_id: userId("bo"), muted_until: null });
  assert.deepEqual(typingOf(ada.signals()), []);
  room.asks("ada", "mute", { user_id: userId("bo"), muted_until: room.local.now_ms + 60_000 });
  assert.deepEqual(typingOf(ada.signals()), ["bo stops"]);
  bo.frames();
  assert.deepEqual(watching.says(bo, on), []);
  room.asks("ada", "change", { settings: { posting: "admins" } });
  assert.deepEqual(typingOf(ada.signals()), ["cy stops"]);
  watching.says(cy, on);
  assert.deepEqual(typingOf(ada.signals()), []);
  assert.equal(codeOf(room.local.engine.typing(callerOf("cy"), true)), "read_only");
  assert.equal(codeOf(room.local.engine.typing(callerOf("bo"), true)), "read_only");
  assert.equal(codeOf(room.local.engine.typing(callerOf("dee"), true)), "not_found");
});

test("TYP-6 several type at once, and whoever comes in hears of them in one frame", async () => {
  const { watching, ada, bo, cy } = aWatchedRoom(["bo", "cy", "dee"]);
  for (const socket of [bo, cy]) watching.says(socket, on);
  const dee = watching.comesIn("dee");
  assert.deepEqual(typingOf(dee.signals()), ["full: bo types cy types"]);
  const again = watching.comesIn("bo", "bo's telephone");
  assert.deepEqual(typingOf(again.signals()), ["full: cy types"]);
  ada.signals();
  await watching.passes(limits.typing_expires_ms, [ada, bo, cy, dee, again]);
  assert.deepEqual(typingOf(ada.signals()), ["bo stops cy stops"], "both in one frame");
  assert.deepEqual(typingOf(bo.signals()).at(-1), "cy stops");
});

test("TYP-6 beyond twenty a further one is not told of until one has stopped", async () => {
  const names = Array.from({ length: limits.typists + 1 }, (_, index) => `typist-${index}`);
  const room = aRoom({ members: names });
  const watching = new Watching(room);
  const ada = watching.comesIn("ada");
  const types = (name: string, is_on = true) => room.local.engine.typing(callerOf(name), is_on);
  ada.signals();
  for (const name of names) types(name);
  assert.equal(typingOf(ada.signals()).length, limits.typists);
  await watching.passes(limits.typing_gather_ms, [ada]);
  types(names[0]!, false);
  types(names.at(-1)!);
  assert.equal(typingOf(ada.signals()).length, 2);
});

test("TYP-7 nothing of it is in the log, and what is said again and again writes nothing", async () => {
  const { room, watching, bo, ada, cy } = aWatchedRoom();
  watching.says(bo, on);
  const before = room.log();
  let writes = 0;
  const { prepare } = room.local.world.db;
  room.local.world.db.prepare = (text: string) => {
    if (/^\s*(INSERT|UPDATE|DELETE)/.test(text)) writes += 1;
    return prepare.call(room.local.world.db, text);
  };
  room.local.step = (what) => {
    if (what === "alarm" || what === "commit") writes += 1;
  };
  for (let count = 0; count < 10; count += 1) watching.says(bo, on);
  assert.equal(writes, 0);
  room.local.step = () => {};
  await watching.passes(60_000, [ada, bo, cy]);
  assert.deepEqual(room.log(), before);
});

test("TYP-7 after an eviction everyone starts over with nobody typing", async () => {
  const { room, watching, ada, bo, cy } = aWatchedRoom();
  watching.says(bo, on);
  room.local.wake();
  await watching.passes(1_000, [ada, bo, cy]);
  watching.says(cy, on);
  assert.deepEqual(typingOf(ada.signals()), ["bo types", "cy types"]);
  await watching.passes(10_000, [ada, bo, cy]);
  assert.deepEqual(typingOf(ada.signals()), ["full: cy types", "cy stops"]);
  assert.deepEqual(typingOf(cy.signals()).at(-1), "full:");
  await watching.passes(60_000, [ada, bo, cy]);
  assert.ok(!watching.timers().includes("typing"));
});

test("TYP-8 over HTTP it is the same, and beyond the rate nothing happens", () => {
  const { room, watching, ada, bo } = aWatchedRoom();
  const { engine } = room.local;
  assert.deepEqual(engine.typing(callerOf("bo"), true), { ok: true, value: null });
  assert.deepEqual(typingOf(ada.signals()), ["bo types"]);
  const parent = room.local.newId("message");
  const unknown = engine.typing(callerOf("bo"), true, parent);
  assert.ok(!unknown.ok && unknown.refusal.field === "parent");
  for (let count = 0; count < limits.signals_burst; count += 1) watching.says(bo, on);
  const over = engine.typing(callerOf("bo"), true);
  assert.ok(!over.ok && over.refusal.code === "slow_down" && over.refusal.retry_after_ms);
  assert.equal(engine.typing(callerOf("ada"), true).ok, true, "others are not concerned");
});
