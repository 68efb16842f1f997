import { evictDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import type { InboxRoom } from "../../schema/inbox.ts";
import { messageIdOf, newId } from "../../schema/ids.ts";
import { inboxActor } from "../../durable/address.ts";
import type { ActorRoom } from "./actor.ts";
import { aRoom, callerOf, userId } from "./actor.ts";

const inboxOf = (name: string) => inboxActor(env, userId(name));

async function signsIn(name: string): Promise<void> {
  const now = Date.now();
  const { user_id, device_id } = callerOf(name);
  const token = { token_id: newId("token"), token_hash: crypto.randomUUID() };
  const device = { name: "a test", place: "", method: "password" } as const;
  const times = { issued_at: now, expires_at: now + 3_600_000 };
  const answer = await inboxOf(name).signIn({ user_id, device_id, ...device, ...token, ...times });
  if (!answer.ok) throw new Error(answer.refusal.code);
}

async function does(name: string, type: string, fields: object): Promise<void> {
  const command = { type, command_id: newId("command"), ...fields };
  const answer = await inboxOf(name).command(callerOf(name), command);
  if (!answer.ok) throw new Error(answer.refusal.code);
}

async function until(room: ActorRoom, name: string, is: (room: InboxRoom) => boolean) {
  const deadline = Date.now() + 20_000;
  for (;;) {
    const answer = await inboxOf(name).state(callerOf(name));
    if (!answer.ok) throw new Error(answer.refusal.code);
    const found = answer.value.rooms.find(({ room_id }) => room_id === room.room_id);
    if (found && is(found)) return found;
    if (Date.now() > deadline) throw new Error(`waited in vain at ${JSON.stringify(found)}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

test("MRK-15 INB-17 in workerd, a block takes what somebody says from the badge, and its end gives it back, by the alarms alone", async () => {
  await signsIn("bo");
  const room = await aRoom("bo", "cy");
  await room.says("cy", `<@${userId("bo")}> unwanted`);
  await until(room, "bo", ({ badge, mentions }) => badge === 1 && mentions === 1);
  await does("bo", "block", { user_id: userId("cy") });
  await evictDurableObject(room.stub);
  await until(room, "bo", ({ badge, mentions }) => badge === 0 && mentions === 0);
  await does("bo", "unblock", { user_id: userId("cy") });
  await until(room, "bo", ({ badge }) => badge === 1);
});

test("CUR-9 THR-3 in workerd, what is marked as unread and what is new in threads reaches the inbox, and outlasts an eviction", async () => {
  await signsIn("bo");
  const room = await aRoom("bo");
  const root = messageIdOf(await room.says("bo", "root"));
  await room.asks("ada", "send", { text: "a reply", parent: root });
  await until(room, "bo", ({ threads }) => threads === 1);
  await room.asks("bo", "thread_read", { message_id: root, seq: 3 });
  await until(room, "bo", ({ threads }) => threads === 0);
  await room.says("ada", "hello");
  await room.actor.read(callerOf("bo"), Number.MAX_SAFE_INTEGER);
  expect(await room.asks("bo", "unread", { seq: 4 })).toEqual({
    ok: true,
    value: { receipt: null, replayed: false },
  });
  await evictDurableObject(room.stub);
  const { badge, read_seq } = await until(room, "bo", ({ unread_seq }) => unread_seq === 4);
  expect([badge, read_seq]).toEqual([1, 4]);
  const listed = await room.actor.ask(callerOf("bo"), { type: "badge" });
  expect(listed.ok && (listed.value as { messages: object[] }).messages).toMatchObject([
    { seq: 4 },
  ]);
});

test("RDR-4 in workerd, whoever looks is told who has read, by the alarm, also after an eviction", async () => {
  const room = await aRoom("bo");
  const ada = await room.comesIn("ada");
  await room.says("ada", "hello");
  await room.actor.read(callerOf("bo"), 2);
  await evictDurableObject(room.stub);
  await ada.until(({ frames }) => frames.some(({ type }) => type === "cursors"));
  const cursors = ada.frames.flatMap((frame) => (frame.type === "cursors" ? frame.cursors : []));
  expect(cursors).toContainEqual({ user_id: userId("bo"), delivered_seq: 2, read_seq: 2 });
});
