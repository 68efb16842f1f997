import { evictDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { closes } from "../../schema/closes.ts";
import type { InboxRoom } from "../../schema/inbox.ts";
import { newId } from "../../schema/ids.ts";
import type { InboxActor } from "../../durable/address.ts";
import { inboxActor } from "../../durable/address.ts";
import type { ActorRoom } from "./actor.ts";
import { aRoom, callerOf, userId } from "./actor.ts";

const inboxOf = (name: string): InboxActor => inboxActor(env, userId(name));

/** The first sign-in makes an inbox; the device is the one that the name's caller has. */
async function signsIn(...names: string[]): Promise<void> {
  for (const name of names) {
    const { user_id, device_id } = callerOf(name);
    const now = Date.now();
    const answer = await inboxOf(name).signIn({
      user_id,
      device_id,
      name: "a test",
      place: "",
      method: "password",
      token_id: newId("token"),
      token_hash: `${name} ${now} ${crypto.randomUUID()}`,
      issued_at: now,
      expires_at: now + 3_600_000,
    });
    if (!answer.ok) throw new Error(answer.refusal.code);
  }
}

async function roomIn(name: string, { room_id }: ActorRoom): Promise<InboxRoom | undefined> {
  const answer = await inboxOf(name).state(callerOf(name));
  if (!answer.ok) throw new Error(answer.refusal.code);
  return answer.value.rooms.find((room) => room.room_id === room_id);
}

async function eventually(what: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!(await what())) {
    if (Date.now() > deadline) throw new Error("waited in vain");
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

test("MRK-1 MRK-7 in workerd, a room appears in its members' inboxes, and its badge rises and falls, by the alarm alone", async () => {
  await signsIn("ada", "bo");
  const room = await aRoom("bo");
  await eventually(async () => (await roomIn("bo", room)) !== undefined);
  await room.says("ada", "hello");
  await eventually(async () => (await roomIn("bo", room))?.badge === 1);
  expect(await room.actor.read(callerOf("bo"), 2)).toEqual({
    ok: true,
    value: { read_seq: 2, unread_seq: null, badge: 0, mentions: 0 },
  });
  await eventually(async () => (await roomIn("bo", room))?.badge === 0);
  expect((await roomIn("bo", room))?.read_seq).toBe(2);
});

test("MRK-3 MRK-5 in workerd, who looks is told when they look away, and who leaves is told that they left", async () => {
  await signsIn("ada", "bo");
  const room = await aRoom("bo");
  await eventually(async () => (await roomIn("bo", room)) !== undefined);
  const bo = await room.comesIn("bo");
  await room.says("ada", "hello");
  await eventually(async () => (await roomIn("ada", room))?.position.seq === 2);
  await evictDurableObject(room.stub);
  expect((await roomIn("bo", room))?.position.seq).toBe(1);
  bo.hangsUp();
  await eventually(async () => (await roomIn("bo", room))?.badge === 1);
  await room.asks("bo", "leave");
  await eventually(async () => (await roomIn("bo", room)) === undefined);
});

test("MRK-4 in workerd, a room that loses its sockets with its life tells those who looked", async () => {
  await signsIn("ada", "bo");
  const room = await aRoom("bo");
  await eventually(async () => (await roomIn("bo", room)) !== undefined);
  await room.comesIn("bo");
  await room.says("ada", "hello");
  await eventually(async () => (await roomIn("ada", room))?.position.seq === 2);
  await room.inside((_, state) => state.abort("the machine is gone")).catch(() => {});
  await room.untilAlive(() => room.actor.ping());
  await eventually(async () => (await roomIn("bo", room))?.badge === 1);
});

test("SOS-1 SOS-2 in workerd, signing out at the inbox closes the device's sockets in its rooms, and its tickets with them", async () => {
  await signsIn("ada", "bo");
  const room = await aRoom("bo");
  const { user_id, device_id } = callerOf("bo");
  expect(await inboxOf("bo").mayOpen(device_id, room.room_id)).toEqual({ ok: true, value: null });
  const before = room.opening("bo");
  const bo = await room.comesIn("bo");
  await inboxOf("bo").signOut(user_id, { which: "one", device_id });
  await bo.until(({ closed }) => closed !== null);
  expect(bo.closed?.code).toBe(closes.signed_out.code);
  await evictDurableObject(room.stub);
  expect((await room.knock(before)).status).toBe(401);
});

test("SOS-3 in workerd, a session whose end the room was not told of ends at the next look", async () => {
  await signsIn("ada", "bo");
  const room = await aRoom("bo");
  const [ada, bo] = [await room.comesIn("ada"), await room.comesIn("bo")];
  const { user_id, device_id } = callerOf("bo");
  // The inbox knows of no ticket, so it has nobody to tell.
  await inboxOf("bo").signOut(user_id, { which: "one", device_id });
  await room.inside(async ({ engine, host }) => {
    for (const [socket, session] of engine.context.sockets.all())
      engine.context.sockets.update(socket, { ...session, checked_at: 0 });
    engine.context.alarms.set("sessions", host.now() - 1);
    await engine.alarm();
  });
  await bo.until(({ closed }) => closed !== null);
  expect(bo.closed?.code).toBe(closes.signed_out.code);
  expect(ada.closed).toBeNull();
});
