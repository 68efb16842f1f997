import { evictDurableObject } from "cloudflare:test";
import { expect, test } from "vitest";
import { messageIdOf } from "../../schema/ids.ts";
import type { MessageId } from "../../schema/ids.ts";
import { rebuild } from "../../durable/room/rebuild.ts";
import type { ActorRoom } from "./actor.ts";
import { aRoom, callerOf, userId } from "./actor.ts";

const tables = ["room", "members", "messages", "log", "reactions", "pins", "mentions", "withheld"];

/** All that the room has stored of a conversation, as rows. */
const stored = (room: ActorRoom) =>
  room.inside(async ({ host }) =>
    tables.map((table) => host.sql.exec(`SELECT * FROM ${table} ORDER BY 1, 2`, [])),
  );

test("LOG-4 SOC-5 in workerd, a conversation goes on over an eviction after every step, and is made again from its log", async () => {
  const room = await aRoom("bo", "cy");
  const bo = await room.comesIn("bo");
  const does = async (name: string, type: string, fields: object = {}) => {
    const answer = await room.asks(name, type, { ...fields });
    if (!answer.ok) throw new Error(`${name} may not ${type}: ${answer.refusal.code}`);
    await evictDurableObject(room.stub);
  };
  const says = async (name: string, text: string, fields: object = {}): Promise<MessageId> => {
    const answer = await room.asks(name, "send", { text, ...fields });
    if (!answer.ok || !answer.value.receipt) throw new Error(`${name} may not send`);
    await evictDurableObject(room.stub);
    return messageIdOf(answer.value.receipt.command_id);
  };
  const root = await says("ada", `hello <@${userId("bo")}>`);
  const reply = await says("bo", "in the thread", { parent: root });
  await says("bo", "in both", { parent: root, in_room: true, silent: true });
  await does("bo", "react", { message_id: root, emoji: "🎂" });
  await does("cy", "react", { message_id: root, emoji: "🎂" });
  await does("bo", "unreact", { message_id: root, emoji: "🎂" });
  await does("ada", "pin", { message_id: root });
  await does("bo", "edit", { message_id: reply, text: "in the thread, edited" });
  await does("ada", "delete", { message_id: reply });
  await does("ada", "restore", { message_id: reply });
  await does("ada", "role", { user_id: userId("bo"), role: "admin" });
  await does("bo", "mute", { user_id: userId("cy"), muted_until: Date.now() + 60_000 });
  await does("bo", "change", { topic: "tea", settings: { posting: "admins" } });
  await does("ada", "remove", { user_id: userId("cy") });

  const seqs = Array.from({ length: 14 }, (_, at) => at + 2);
  await bo.until((one) => one.seqs().length >= seqs.length);
  expect(bo.seqs()).toEqual(seqs);
  const asked = await room.actor.ask(callerOf("bo"), { type: "thread", message_id: root });
  expect(asked).toMatchObject({
    ok: true,
    value: {
      root: { reactions: [{ emoji: "🎂", count: 1 }], thread: { replies: 2 } },
      messages: [{ text: "in the thread, edited", deleted_at: null }, { silent: true }],
    },
  });
  const before = await stored(room);
  await room.inside(async ({ engine }) => rebuild(engine.context));
  expect(await stored(room)).toEqual(before);
});
