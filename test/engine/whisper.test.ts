import assert from "node:assert/strict";
import { test } from "node:test";
import { limits } from "../../schema/limits.ts";
import { callerOf, userId } from "../support/local-room.ts";
import { whisperTo } from "../../durable/room/live/whisper.ts";
import { Watching, whispersOf } from "./live-world.ts";
import { aRoom, codeOf } from "./world.ts";

const whisper = (to: string, text = "psst") => ({
  type: "whisper",
  ref: "w1",
  to: userId(to),
  text,
});

function aWatchedRoom() {
  const room = aRoom({ members: ["bo", "cy"] });
  const watching = new Watching(room);
  const [ada, bo, cy] = ["ada", "bo", "cy"].map((name) => watching.comesIn(name));
  return { room, watching, ada: ada!, bo: bo!, cy: cy! };
}

test("EPH-1 EPH-2 a whisper is heard on each socket of its receiver, by nobody else, and kept nowhere", () => {
  const { room, watching, ada, bo, cy } = aWatchedRoom();
  const telephone = watching.comesIn("bo", "bo's telephone");
  room.opens("bo");
  const before = room.dump();
  const [answer, ...rest] = watching.says(ada, whisper("bo"));
  assert.equal(rest.length, 0);
  assert.ok(answer?.type === "answer" && answer.ref === "w1");
  const { id, delivered } = answer.answer as { id: string; delivered: number };
  assert.equal(delivered, 2, "a socket that has not said where it stands hears nothing");
  const heard = whispersOf(bo.signals());
  assert.deepEqual(heard, whispersOf(telephone.signals()));
  assert.deepEqual(heard, [
    { type: "whisper", id: id as never, from: userId("ada"), text: "psst", at: room.local.now_ms },
  ]);
  assert.deepEqual(
    [ada, cy].flatMap((socket) => whispersOf(socket.signals())),
    [],
  );
  assert.deepEqual(room.dump(), before);
});

test("EPH-2 the answer says that nobody was here", () => {
  const { room, bo } = aWatchedRoom();
  room.local.disconnect(bo);
  const answer = room.local.engine.whisper(callerOf("ada"), { to: userId("bo"), text: "psst" });
  assert.ok(answer.ok && answer.value.delivered === 0);
});

test("EPH-3 who may not whisper is refused, and so is whoever is not there to hear it", () => {
  const { room, watching, ada, bo } = aWatchedRoom();
  const codeOfFrames = (frames: ReturnType<typeof watching.says>) =>
    frames.map((frame) => frame.type === "refused" && [frame.ref, frame.refusal.code]);
  assert.deepEqual(codeOfFrames(watching.says(bo, whisper("cy"))), [["w1", "not_allowed"]]);
  assert.deepEqual(codeOfFrames(watching.says(ada, whisper("dee"))), [["w1", "not_found"]]);
  assert.deepEqual(codeOfFrames(watching.says(ada, whisper("bo", " "))), [["w1", "invalid"]]);
  const too_long = "x".repeat(limits.text_bytes + 1);
  assert.deepEqual(codeOfFrames(watching.says(ada, whisper("bo", too_long))), [
    ["w1", "text_too_long"],
  ]);
  const { engine } = room.local;
  assert.equal(
    codeOf(engine.whisper(callerOf("dee"), { to: userId("bo"), text: "x" })),
    "not_found",
  );
  assert.equal(codeOf(engine.whisper(callerOf("ada"), { to: userId("bo"), text: "" })), "invalid");
  const direct = aRoom({ kind: "direct" });
  const asked = { to: userId("bo"), text: "x" };
  assert.equal(codeOf(direct.local.engine.whisper(callerOf("ada"), asked)), "direct_room");
  assert.deepEqual(whispersOf(bo.signals()), []);
});

test("EPH-3 whispers have a rate", () => {
  const { room } = aWatchedRoom();
  const asks = () =>
    codeOf(room.local.engine.whisper(callerOf("ada"), { to: userId("bo"), text: "x" }));
  const codes = Array.from({ length: limits.signals_burst + 1 }, asks);
  assert.equal(codes.at(-1), "slow_down");
  assert.equal(codes.filter((code) => code === "accepted").length, limits.signals_burst);
});

test("EPH-1 a whisper is heard after an eviction", () => {
  const { room, watching, ada, bo } = aWatchedRoom();
  room.local.wake();
  watching.says(ada, whisper("bo"));
  assert.equal(whispersOf(bo.signals()).length, 1);
});

test("EPH-4 the room itself whispers in nobody's name", () => {
  const { room, bo } = aWatchedRoom();
  const { context } = room.local.engine;
  const { delivered } = whisperTo(context, null, { to: userId("bo"), text: "welcome" });
  assert.equal(delivered, 1);
  assert.deepEqual(
    whispersOf(bo.signals()).map(({ from, text }) => [from, text]),
    [[null, "welcome"]],
  );
});
