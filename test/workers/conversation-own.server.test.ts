import { afterAll, beforeAll, expect, test } from "vitest";
import * as v from "valibot";
import {
  CountedMessagesSchema,
  FollowedThreadsSchema,
  ReadersSchema,
  ScheduleAnswerSchema,
  ScheduledMessagesSchema,
  WhisperedSchema,
} from "../../schema/http-room-own.ts";
import { MessagePageSchema, ReadAnswerSchema, ReceiptAnswerSchema } from "../../schema/http.ts";
import type { MessageId, RoomId } from "../../schema/ids.ts";
import { messageIdOf, newId, scheduleIdOf } from "../../schema/ids.ts";
import { startServer } from "../support/harness.ts";
import type { Server } from "../support/harness.ts";
import type { Person } from "./person.ts";
import { problemOf, signUp } from "./person.ts";

/** What is one member's own in a conversation, over HTTP. Ada owns the room, and Bo is in it. */
let server: Server;
let ada: Person;
let bo: Person;

beforeAll(async () => {
  server = await startServer();
  [ada, bo] = await Promise.all([signUp(server.origin, "ada"), signUp(server.origin, "bo")]);
});
afterAll(() => server.close());

const room = () => ada.creates({ kind: "group", name: "Lighthouse", members: [bo.user_id] });

async function says(who: Person, room_id: RoomId, body: object): Promise<MessageId> {
  const key = newId("command");
  const headers = { "idempotency-key": key };
  const reply = await who.asks(`/v1/rooms/${room_id}/messages`, { method: "POST", headers, body });
  expect(reply.status, reply.text).toBe(201);
  return messageIdOf(key);
}

async function gets<S extends v.GenericSchema>(who: Person, path: string, schema: S) {
  const reply = await who.asks(`/v1/rooms/${path}`);
  expect(reply.status, reply.text).toBe(200);
  return v.parse(schema, reply.json);
}

async function puts<S extends v.GenericSchema>(
  who: Person,
  path: string,
  body: object,
  schema: S,
): Promise<v.InferOutput<S>> {
  const reply = await who.asks(`/v1/rooms/${path}`, { method: "PUT", body });
  expect(reply.status, reply.text).toBe(200);
  return v.parse(schema, reply.json);
}

const nothingInTheLog = { receipt: null, replayed: false };

test("CVH-8 a thread is followed and left, and is read by itself", async () => {
  const room_id = await room();
  const root = await says(ada, room_id, { text: "root" });
  await says(bo, room_id, { text: "reply", parent: root });
  const threads = () => gets(ada, `${room_id}/threads`, FollowedThreadsSchema);
  expect((await threads()).threads).toMatchObject([{ root: { message_id: root }, unread: 1 }]);
  const path = `${room_id}/messages/${root}/thread`;
  const { last_seq } = (await threads()).threads[0]!;
  expect(await puts(ada, `${path}/read`, { seq: last_seq }, ReceiptAnswerSchema)).toEqual(
    nothingInTheLog,
  );
  expect((await threads()).threads).toMatchObject([{ unread: 0, read_seq: last_seq }]);
  await puts(ada, `${path}/follow`, { follow: false }, ReceiptAnswerSchema);
  expect((await threads()).threads).toEqual([]);
});

test("CVH-9 what is unread is explained, marked and read, and who has read a message is shown where the room shows it", async () => {
  const room_id = await room();
  const first = await says(ada, room_id, { text: "one" });
  await says(ada, room_id, { text: `two, <@${bo.user_id}>` });
  const explained = () => gets(bo, `${room_id}/badge/explain`, CountedMessagesSchema);
  expect((await explained()).messages.map(({ why }) => why)).toEqual([
    "message",
    "mention",
    "message",
  ]);
  const readers = `${room_id}/messages/${first}/readers`;
  const delivered = await bo.asks(`/v1/rooms/${room_id}/delivered`, {
    method: "PUT",
    body: { seq: 3 },
  });
  expect(delivered.status).toBe(204);
  await expect
    .poll(() => gets(ada, readers, ReadersSchema))
    .toEqual({ read: [], delivered: [bo.user_id] });
  const read = await puts(bo, `${room_id}/read`, { seq: 3 }, ReadAnswerSchema);
  expect(read).toMatchObject({ badge: 0, mentions: 0 });
  expect(await gets(ada, readers, ReadersSchema)).toEqual({ read: [bo.user_id], delivered: [] });
  expect(await puts(bo, `${room_id}/unread`, { seq: 2 }, ReceiptAnswerSchema)).toEqual(
    nothingInTheLog,
  );
  expect((await explained()).messages).toHaveLength(3);
  const never = { method: "PATCH", body: { settings: { receipts: "never" } } };
  await ada.asks(`/v1/rooms/${room_id}`, never);
  expect(problemOf(await ada.asks(`/v1/rooms/${readers}`)).code).toBe("receipts_off");
});

test("CVH-10 typing is said without an answer, and a whisper says whether anybody heard it", async () => {
  const room_id = await room();
  for (const on of [true, false]) {
    const said = await bo.asks(`/v1/rooms/${room_id}/typing`, { method: "PUT", body: { on } });
    expect(said.status, said.text).toBe(204);
  }
  const body = { to: bo.user_id, text: "Only you see this" };
  const whisper = { method: "POST", body };
  const reply = await ada.asks(`/v1/rooms/${room_id}/whispers`, whisper);
  expect(v.parse(WhisperedSchema, reply.json)).toMatchObject({ delivered: 0 });
  const refused = await bo.asks(`/v1/rooms/${room_id}/whispers`, {
    method: "POST",
    body: { ...body, to: ada.user_id },
  });
  expect(problemOf(refused).code).toBe("not_allowed");
});

test("CVH-11 a message is sent at its time, once, and one that waits is listed for its author and taken back", async () => {
  const room_id = await room();
  const schedules = async (text: string, in_ms: number) => {
    const key = newId("command");
    const reply = await bo.asks(`/v1/rooms/${room_id}/scheduled`, {
      method: "POST",
      headers: { "idempotency-key": key },
      body: { text, send_at: Date.now() + in_ms },
    });
    expect(reply.status, reply.text).toBe(201);
    const { schedule_id } = v.parse(ScheduleAnswerSchema, reply.json);
    expect(schedule_id).toBe(scheduleIdOf(key));
    return schedule_id;
  };
  await schedules("soon", 1_500);
  const later = await schedules("later", 3_600_000);
  const waiting = async (who: Person) =>
    (await gets(who, `${room_id}/scheduled`, ScheduledMessagesSchema)).scheduled;
  expect((await waiting(bo)).map(({ text }) => text)).toEqual(["soon", "later"]);
  expect(await waiting(ada)).toEqual([]);
  const takes = (who: Person) =>
    who.asks(`/v1/rooms/${room_id}/scheduled/${later}`, { method: "DELETE" });
  expect(problemOf(await takes(ada)).code).toBe("not_found");
  expect((await takes(bo)).status).toBe(200);
  const page = () => gets(ada, `${room_id}/messages`, MessagePageSchema);
  await expect
    .poll(async () => (await page()).messages.map(({ text }) => text), { timeout: 20_000 })
    .toEqual(["soon"]);
  expect(await waiting(bo)).toEqual([]);
});
