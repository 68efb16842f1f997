import { evictDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import type { Down } from "../../schema/frames/down.ts";
import { newId } from "../../schema/ids.ts";
import { limits } from "../../schema/limits.ts";
import { inboxActor } from "../../durable/address.ts";
import type { Listener } from "./actor.ts";
import { aRoom, callerOf, codeOf, userId } from "./actor.ts";

type Of<T extends Down["type"]> = Extract<Down, { type: T }>;
const signalsOf = <T extends Down["type"]>(listener: Listener, type: T): Of<T>[] =>
  listener.signals.filter((frame): frame is Of<T> => frame.type === type);

const hears = (listener: Listener, what: (signals: readonly Down[]) => boolean) =>
  listener.until(({ signals }) => what(signals));

/** Whether somebody was told to be here with so many devices. */
const told = (name: string, devices: number) => (signals: readonly Down[]) =>
  signals.some(
    (frame) =>
      frame.type === "here" &&
      frame.users.some((user) => user.user_id === userId(name) && user.devices === devices),
  );

test("HER-1 HER-5 in workerd, who is here survives an eviction, and who goes while the room sleeps is missed", async () => {
  const room = await aRoom("bo", "cy");
  const ada = await room.comesIn("ada");
  const bo = await room.comesIn("bo");
  await hears(ada, told("bo", 1));
  await hears(bo, told("ada", 1));
  await evictDurableObject(room.stub);
  const cy = await room.comesIn("cy");
  await hears(cy, (signals) => told("ada", 1)(signals) && told("bo", 1)(signals));
  await hears(ada, told("cy", 1));
  await evictDurableObject(room.stub);
  bo.hangsUp();
  await hears(ada, told("bo", 0));
  expect(signalsOf(ada, "here").at(-1)?.count).toBe(2);
});

test("TYP-1 TYP-2 TYP-7 in workerd, typing is told and ends by the alarm, also after an eviction", async () => {
  const room = await aRoom("bo");
  const [ada, bo] = [await room.comesIn("ada"), await room.comesIn("bo")];
  bo.says({ type: "typing", on: true });
  const isTyping = (is_on: boolean) => (signals: readonly Down[]) =>
    signals.some(
      (frame) =>
        frame.type === "typing" && frame.users.some(({ until }) => (until !== null) === is_on),
    );
  await hears(ada, isTyping(true));
  expect(signalsOf(bo, "typing")).toEqual([]);
  await hears(ada, isTyping(false));
  await room.says("bo", "said");
  ada.signals.length = 0;
  bo.says({ type: "typing", on: true });
  await hears(ada, isTyping(true));
  await evictDurableObject(room.stub);
  await hears(ada, (signals) =>
    signals.some((frame) => frame.type === "typing" && frame.full && frame.users.length === 0),
  );
  expect(await room.log()).toHaveLength(2);
});

test("EPH-1 EPH-2 in workerd, a whisper is heard by its receiver alone", async () => {
  const room = await aRoom("bo");
  const [ada, bo] = [await room.comesIn("ada"), await room.comesIn("bo")];
  await evictDurableObject(room.stub);
  const answer = await room.actor.whisper(callerOf("ada"), { to: userId("bo"), text: "psst" });
  expect(answer).toMatchObject({ ok: true, value: { delivered: 1 } });
  await hears(bo, (signals) => signals.some(({ type }) => type === "whisper"));
  expect(signalsOf(ada, "whisper")).toEqual([]);
});

test("SCH-1 SCH-4 in workerd, a scheduled message is sent by the alarm of a room that was evicted", async () => {
  const room = await aRoom("bo");
  const ada = await room.comesIn("ada");
  const send_at = Date.now() + 1_500;
  const answer = await room.asks("bo", "schedule", { send_at, text: "later" });
  expect(answer).toEqual({ ok: true, value: { receipt: null, replayed: false } });
  await evictDurableObject(room.stub);
  await ada.until((listener) => listener.seqs().includes(2));
  expect(ada.events()[0]).toMatchObject({ actor: userId("bo"), body: { text: "later" } });
  expect(ada.events()[0]!.at).toBeGreaterThanOrEqual(send_at);
});

test("CAP-1 CAP-2 in workerd, the eleventh socket is refused over all rooms, until one is closed", async () => {
  const name = `cap-${crypto.randomUUID()}`;
  const { user_id, device_id } = callerOf(name);
  const inbox = inboxActor(env, user_id);
  const now = Date.now();
  await inbox.signIn({
    ...{ user_id, device_id, name: "a test", place: "", method: "password" },
    ...{ token_id: newId("token"), token_hash: name, issued_at: now, expires_at: now + 3_600_000 },
  });
  const rooms = [await aRoom(name), await aRoom(name)];
  const open: Listener[] = [];
  for (let count = 0; count < limits.sockets_per_user; count += 1)
    open.push(await rooms[count % 2]!.opens(name));
  const refused = await rooms[0]!.knock(rooms[0]!.opening(name));
  expect([refused.status, await refused.json()]).toMatchObject([429, { code: "too_many_sockets" }]);
  expect(codeOf(await inbox.mayOpen(device_id, rooms[1]!.room_id))).toBe("too_many_sockets");
  open[1]!.hangsUp();
  await open[1]!.until(({ closed }) => closed !== null);
  expect(codeOf(await inbox.mayOpen(device_id, rooms[0]!.room_id))).toBe("accepted");
  await rooms[0]!.opens(name);
});
