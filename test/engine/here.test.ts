import assert from "node:assert/strict";
import { test } from "node:test";
import { limits } from "../../schema/limits.ts";
import { userId } from "../support/local-room.ts";
import type { LocalSocket } from "../support/local-room.ts";
import { createLive } from "../../durable/room/live.ts";
import { allHere, changedHere } from "../../durable/room/rules/here.ts";
import { Watching, hereOf } from "./live-world.ts";
import { aRoom } from "./world.ts";

const told = (socket: LocalSocket): string[] => hereOf(socket.signals());

function aWatchedRoom(members = ["bo", "cy"]) {
  const room = aRoom({ members });
  return { room, watching: new Watching(room) };
}

test("HER-1 who comes in hears who is here, and everyone hears what changes, with the devices", async () => {
  const { room, watching } = aWatchedRoom();
  const ada = watching.comesIn("ada");
  assert.deepEqual(told(ada), ["full: 0", "1 ada=1"]);
  await watching.passes(2_000, [ada]);
  const bo = watching.comesIn("bo");
  assert.deepEqual(told(bo), ["full: 1 ada=1", "2 bo=1"]);
  assert.deepEqual(told(ada), ["2 bo=1"]);
  await watching.passes(2_000, [ada, bo]);
  const telephone = watching.comesIn("bo", "bo's telephone");
  const window = watching.comesIn("bo", "bo's telephone");
  assert.deepEqual(told(ada), ["2 bo=2"], "two windows of one device are one");
  room.local.disconnect(window);
  await watching.passes(10_000, [ada, bo, telephone]);
  assert.deepEqual(told(ada), []);
  room.local.disconnect(telephone);
  await watching.passes(limits.here_linger_ms, [ada, bo]);
  assert.deepEqual(told(ada), ["2 bo=1"]);
  room.local.disconnect(bo);
  await watching.passes(limits.here_linger_ms, [ada]);
  assert.deepEqual(told(ada), ["1 bo=0"]);
});

test("HER-1 a socket that has not said where it stands is not here, and hears nothing", () => {
  const { room, watching } = aWatchedRoom();
  const ada = watching.comesIn("ada");
  ada.signals();
  const waiting = room.opens("bo");
  room.local.settle();
  assert.deepEqual([told(ada), told(waiting)], [[], []]);
});

test("HER-1 who leaves the room is missed at once", async () => {
  const { room, watching } = aWatchedRoom();
  const ada = watching.comesIn("ada");
  const bo = watching.comesIn("bo");
  await watching.passes(2_000, [ada, bo]);
  ada.signals();
  room.asks("bo", "leave");
  assert.deepEqual(told(ada), ["1 bo=0"]);
});

test("HER-1 whoever asks again where they stand is shown who is here again, and is no news to others", async () => {
  const { watching } = aWatchedRoom();
  const ada = watching.comesIn("ada");
  const bo = watching.comesIn("bo");
  await watching.passes(2_000, [ada, bo]);
  for (const socket of [ada, bo]) socket.signals();
  watching.says(bo, { type: "resume", position: null });
  await watching.passes(2_000, [ada, bo]);
  assert.deepEqual([told(bo), told(ada)], [["full: 2 ada=1 bo=1"], []]);
});

test("HER-2 changes gather for a second, and are encoded once however many hear them", async () => {
  const names = Array.from({ length: 60 }, (_, index) => `guest-${index}`);
  const { room, watching } = aWatchedRoom(names);
  const ada = watching.comesIn("ada");
  ada.signals();
  const all = [ada, ...names.slice(0, 30).map((name) => watching.comesIn(name))];
  assert.equal(told(ada).length, 0, "all within the second after ada was told of");
  const { stringify } = JSON;
  let encodings = 0;
  JSON.stringify = ((...values: Parameters<typeof stringify>) => {
    const text = stringify(...values);
    if (text?.startsWith('{"type":"here"')) encodings += 1;
    return text;
  }) as typeof stringify;
  try {
    await watching.passes(limits.presence_gather_ms, all);
    assert.equal(encodings, 1);
    all.push(...names.slice(30).map((name) => watching.opens(name)));
    assert.equal(encodings, 2, "who come together are shown one text");
  } finally {
    JSON.stringify = stringify;
  }
  const [line] = told(ada);
  assert.ok(line?.startsWith("31 "), line);
  room.local.settle();
  await watching.passes(limits.presence_gather_ms, all);
  assert.equal(told(all.at(-1)!).at(-1)?.startsWith("61 "), true);
});

test("HER-3 who is back within five seconds was never away, and who came and went was never here", async () => {
  const { room, watching } = aWatchedRoom();
  const ada = watching.comesIn("ada");
  const bo = watching.comesIn("bo");
  await watching.passes(2_000, [ada, bo]);
  ada.signals();
  room.local.disconnect(bo);
  await watching.passes(limits.here_linger_ms - 1, [ada]);
  const again = watching.comesIn("bo");
  assert.deepEqual(told(again), ["full: 2 ada=1 bo=1"]);
  await watching.passes(60_000, [ada, again]);
  assert.deepEqual(told(ada), []);
  watching.comesIn("bo", "bo's telephone");
  ada.signals();
  const cy = watching.comesIn("cy");
  room.local.disconnect(cy);
  await watching.passes(10_000, [ada, again]);
  assert.ok(!told(ada).join().includes("cy"));
});

test("HER-4 a socket that dies in silence is missed within 45 seconds of its last ping", async () => {
  const { watching } = aWatchedRoom();
  const ada = watching.comesIn("ada");
  const bo = watching.comesIn("bo");
  await watching.passes(25_000, [ada, bo]);
  ada.signals();
  await watching.passes(39_000, [ada]);
  assert.deepEqual(told(ada), []);
  await watching.passes(6_000, [ada]);
  assert.deepEqual(told(ada), ["1 bo=0"]);
  assert.notEqual(bo.closed, null);
});

test("HER-4 HER-5 also after an eviction", async () => {
  const { room, watching } = aWatchedRoom();
  const ada = watching.comesIn("ada");
  watching.comesIn("bo");
  await watching.passes(5_000, [ada]);
  ada.signals();
  room.local.wake();
  await watching.passes(40_000, [ada]);
  assert.deepEqual(told(ada), ["1 bo=0"]);
});

test("HER-5 an eviction changes nothing of who is here", async () => {
  const { room, watching } = aWatchedRoom();
  const ada = watching.comesIn("ada");
  const bo = watching.comesIn("bo");
  await watching.passes(5_000, [ada, bo]);
  for (const socket of [ada, bo]) socket.signals();
  room.local.wake();
  const cy = watching.comesIn("cy");
  assert.deepEqual(told(cy), ["full: 2 ada=1 bo=1", "3 cy=1"]);
  assert.deepEqual(told(ada), ["3 cy=1"]);
});

test("HER-5 a socket that closes while the room sleeps is missed", async () => {
  const { room, watching } = aWatchedRoom();
  const ada = watching.comesIn("ada");
  const bo = watching.comesIn("bo");
  await watching.passes(5_000, [ada, bo]);
  ada.signals();
  room.local.wake();
  room.local.disconnect(bo);
  await watching.passes(limits.here_linger_ms, [ada]);
  assert.deepEqual(told(ada), ["1 bo=0"]);
});

test("HER-5 a room that forgets what it was about to tell tells everyone the whole", async () => {
  const { room, watching } = aWatchedRoom();
  const ada = watching.comesIn("ada");
  const bo = watching.comesIn("bo");
  await watching.passes(5_000, [ada, bo]);
  ada.signals();
  room.local.disconnect(bo);
  room.local.settle();
  room.local.wake();
  await watching.passes(limits.here_linger_ms, [ada]);
  assert.deepEqual(told(ada), ["full: 1 ada=1"]);
});

test("HER-6 of more than two hundred only the number is told, and of fewer the list again", async () => {
  const names = Array.from({ length: limits.presence_listed + 2 }, (_, index) => `guest-${index}`);
  const room = aRoom({ members: names.slice(0, 100) });
  for (const name of names.slice(100)) {
    room.local.now_ms += 100;
    room.asks("ada", "add", { user_id: userId(name) });
  }
  const watching = new Watching(room);
  const ada = watching.comesIn("ada");
  const all = names.map((name) => watching.opens(name));
  ada.signals();
  await watching.passes(2_000, [ada, ...all]);
  assert.deepEqual(told(ada), [`full: ${names.length + 1}`]);
  const late = watching.comesIn("ada", "ada's telephone");
  assert.deepEqual(told(late)[0], `full: ${names.length + 1}`);
  await watching.passes(2_000, [ada, late, ...all]);
  assert.deepEqual(told(ada), [], "another device of somebody is no other number");
  room.local.disconnect(all[0]!);
  await watching.passes(10_000, [ada, late, ...all.slice(1)]);
  assert.deepEqual(told(ada), [String(names.length)]);
  for (const socket of all.slice(1, 3)) room.local.disconnect(socket);
  await watching.passes(10_000, [ada, late, ...all.slice(3)]);
  const [line, ...rest] = told(ada);
  assert.equal(rest.length, 0);
  assert.ok(line?.startsWith(`full: ${limits.presence_listed} `), line?.slice(0, 20));
  assert.equal(line?.split(" ").length, 2 + limits.presence_listed);
});

test("HER-6 a room of ten thousand is shown in one small frame, and what changes in another", () => {
  const devices = new Map(
    Array.from({ length: limits.members }, (_, index) => [userId(`guest-${index}`), 1] as const),
  );
  assert.ok(JSON.stringify(allHere(devices)).length < 100);
  const fewer = new Map([...devices].slice(5_000));
  const about = [...devices.keys()].slice(0, 5_000);
  assert.deepEqual(changedHere(devices, fewer, about), {
    type: "here",
    full: false,
    count: 5_000,
    users: [],
  });
  const listed = new Map([...devices].slice(0, limits.presence_listed));
  assert.ok(JSON.stringify(allHere(listed)).length < 20_000, "as long as it may be");
});

test("HER-7 who hides is neither listed nor counted, until they show themselves", async () => {
  const { room, watching } = aWatchedRoom();
  const ada = watching.comesIn("ada");
  const bo = watching.comesIn("bo");
  await watching.passes(5_000, [ada, bo]);
  ada.signals();
  const hidden = new Set<string>();
  const { context } = room.local.engine;
  const live = createLive(context, { isHidden: (user_id) => hidden.has(user_id) });
  const [, session] = context.sockets.all()[0]!;
  const [ada_socket] = context.sockets
    .all()
    .find(([, one]) => one.caller.user_id === userId("ada"))!;
  assert.equal(session.state, "live");
  hidden.add(userId("bo"));
  live.hides(userId("bo"));
  room.local.settle();
  assert.deepEqual(told(ada), ["1 bo=0"]);
  live.arrived(ada_socket, false);
  assert.deepEqual(told(ada), ["full: 1 ada=1"]);
  hidden.delete(userId("bo"));
  live.hides(userId("bo"));
  room.local.settle();
  assert.deepEqual(told(ada), ["2 bo=1"]);
});

test("HER-8 nothing of it is in the log", async () => {
  const { room, watching } = aWatchedRoom();
  const before = room.log();
  const ada = watching.comesIn("ada");
  const bo = watching.comesIn("bo");
  room.local.disconnect(bo);
  await watching.passes(60_000, [ada]);
  assert.deepEqual(room.log(), before);
});
