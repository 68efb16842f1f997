import { evictDurableObject } from "cloudflare:test";
import { expect, test } from "vitest";
import { closes } from "../../schema/closes.ts";
import { newId } from "../../schema/ids.ts";
import { aRoom, userId } from "./actor.ts";

test("SOC-5 in workerd, sockets and sessions survive an eviction", async () => {
  const room = await aRoom("bo");
  const [ada, bo] = [await room.comesIn("ada"), await room.comesIn("bo")];
  const waiting = await room.opens("bo");
  const life = await room.inside(
    (instance) => Object.assign(instance, { life: "first" }) && "first",
  );
  await evictDurableObject(room.stub);
  expect(await room.inside((instance) => (instance as { life?: string }).life)).not.toBe(life);
  bo.says({ type: "send", command_id: newId("command"), text: "from a sleeping room" });
  await Promise.all(
    [ada, bo].map((listener) => listener.until(({ seqs }) => seqs.call(listener).includes(2))),
  );
  expect(ada.events()[0]?.actor).toBe(userId("bo"));
  expect(waiting.frames.map((frame) => frame.type)).toEqual(["hello"]);
});

test("SOC-5 in workerd, the first socket that is opened to a woken room is welcome", async () => {
  const room = await aRoom("bo");
  await room.comesIn("ada");
  await evictDurableObject(room.stub);
  const bo = await room.comesIn("bo");
  expect(bo.closed).toBeNull();
});

test("SOC-7 a ping is answered without waking the actor", async () => {
  const room = await aRoom();
  const ada = await room.comesIn("ada");
  await evictDurableObject(room.stub);
  ada.says("ping");
  await ada.until(({ pongs }) => pongs.length === 1);
  expect(ada.frames).toEqual([]);
  // Had the ping reached the room, it would have been refused as no frame of the protocol.
  await room.says("ada", "awake");
  await ada.until((listener) => listener.seqs().length === 1);
  expect(ada.frames.map((frame) => frame.type)).toEqual(["events"]);
});

test("SOC-2 in workerd, a ticket opens one socket, and a stranger none", async () => {
  const room = await aRoom();
  const opening = room.opening("ada");
  const first = await room.knock(opening);
  expect(first.status).toBe(101);
  first.webSocket?.accept();
  const again = await room.knock(opening);
  expect([again.status, await again.json()]).toMatchObject([401, { code: "ticket_refused" }]);
  await evictDurableObject(room.stub);
  expect((await room.knock(opening)).status).toBe(401);
  expect((await room.knock(room.opening("dee"))).status).toBe(404);
});

test("SOC-4 in workerd, whoever leaves is closed with the code that says so", async () => {
  const room = await aRoom("bo");
  const bo = await room.comesIn("bo");
  bo.says({ type: "leave", command_id: newId("command") });
  await bo.until(({ closed }) => closed !== null);
  expect(bo.closed?.code).toBe(closes.removed.code);
  expect(bo.events().at(-1)?.type).toBe("member.left");
  expect((await room.knock(room.opening("bo"))).status).toBe(404);
});

test("SOC-6 in workerd, a client that hangs up gets its close answered, and the room forgets it", async () => {
  const room = await aRoom("bo");
  const bo = await room.comesIn("bo");
  bo.hangsUp(4999);
  await bo.until(({ closed }) => closed !== null);
  await room.says("ada", "anyone?");
  expect(await room.inside((_, state) => state.getWebSockets().length)).toBe(0);
});

test("FRM-4 in workerd, bad input never resets the actor", async () => {
  const room = await aRoom();
  const ada = await room.comesIn("ada");
  await room.inside((instance) => void Object.assign(instance, { life: "first" }));
  const bad = [
    "{",
    "[".repeat(50_000),
    JSON.stringify({ type: "obey" }),
    JSON.stringify({ type: "send" }),
    "x".repeat(200_000),
    "\u0000",
  ];
  for (const frame of bad) ada.says(frame);
  await ada.until(({ frames }) => frames.length === bad.length);
  expect(ada.frames.map((frame) => frame.type === "refused" && frame.refusal.code)).toEqual([
    "bad_frame",
    "bad_frame",
    "unknown_command",
    "invalid",
    "too_large",
    "bad_frame",
  ]);
  expect(await room.inside((instance) => (instance as { life?: string }).life)).toBe("first");
  expect(await room.log()).toHaveLength(1);
});
