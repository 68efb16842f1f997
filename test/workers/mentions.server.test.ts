import * as v from "valibot";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { AllReadSchema, MentionPageSchema } from "../../schema/http-own.ts";
import { ReadAnswerSchema } from "../../schema/http.ts";
import type { MessageId, RoomId } from "../../schema/ids.ts";
import { messageIdOf, newId } from "../../schema/ids.ts";
import type { InboxState } from "../../schema/inbox.ts";
import type { Server } from "../support/harness.ts";
import { startServer } from "../support/harness.ts";
import type { Person } from "./person.ts";
import { problemOf, signUp } from "./person.ts";

let server: Server;
let ada: Person;
let bo: Person;
beforeAll(async () => {
  server = await startServer();
  [ada, bo] = await Promise.all([signUp(server.origin, "ada"), signUp(server.origin, "bo")]);
});
afterAll(() => server.close());

const inboxOf = async (of: Person) => (await of.asks("/v1/me/inbox")).json as InboxState;

/** A room of Ada's with Bo in it, once Bo's inbox has heard of it. */
async function aRoom(name: string): Promise<RoomId> {
  const room_id = await ada.creates({ kind: "group", name, members: [bo.user_id] });
  const listed = async () => (await inboxOf(bo)).rooms.some((room) => room.room_id === room_id);
  await vi.waitUntil(listed, 10_000);
  return room_id;
}

/** Ada says something that calls Bo, and the room has told his inbox of it. */
async function calls(room_id: RoomId, text = `<@${bo.user_id}> come`): Promise<MessageId> {
  const command_id = newId("command");
  await ada.sends(room_id, text, command_id);
  const message_id = messageIdOf(command_id);
  await expect
    .poll(async () => (await mentions(bo)).ids, { timeout: 20_000 })
    .toContain(message_id);
  return message_id;
}

async function mentions(of: Person, query = "") {
  const page = v.parse(MentionPageSchema, (await of.asks(`/v1/me/mentions${query}`)).json);
  return { ...page, ids: page.mentions.map(({ message }) => message.message_id) };
}

test("MYM-7 the messages that call one come as they are now, newest first, over all rooms, in pages", async () => {
  const [one, other] = [await aRoom("One"), await aRoom("Other")];
  const first = await calls(one);
  const second = await calls(other, "<@room> dinner");
  const third = await calls(one);
  await ada.asks(`/v1/rooms/${one}/messages/${first}`, {
    method: "PATCH",
    body: { text: `<@${bo.user_id}> come soon` },
  });
  const all = await mentions(bo);
  expect(all.mentions.map(({ room_id, message }) => [room_id, message.message_id])).toEqual([
    [one, third],
    [other, second],
    [one, first],
  ]);
  expect(all.before).toBe(null);
  expect(all.mentions[2]?.message).toMatchObject({ text: `<@${bo.user_id}> come soon` });
  const page = await mentions(bo, "?limit=2");
  expect(page.ids).toEqual([third, second]);
  expect((await mentions(bo, `?limit=2&before=${page.before}`)).ids).toEqual([first]);
  expect((await mentions(ada)).ids).toEqual([]);
});

test("MYM-8 what is deleted or does not call any more is left out, and so is what cannot be read", async () => {
  const room_id = await aRoom("Changing");
  const [kept, deleted, edited] = [
    await calls(room_id),
    await calls(room_id),
    await calls(room_id),
  ];
  const path = (id: MessageId) => `/v1/rooms/${room_id}/messages/${id}`;
  await ada.asks(path(deleted), { method: "DELETE" });
  await ada.asks(path(edited), { method: "PATCH", body: { text: "never mind" } });
  const here = async () =>
    (await mentions(bo)).mentions
      .filter((one) => one.room_id === room_id)
      .map((one) => one.message.message_id);
  expect(await here()).toEqual([kept]);
  await bo.asks(`/v1/rooms/${room_id}/leave`, { method: "POST" });
  expect(await here()).toEqual([]);
});

test("MYM-9 a page is asked for as the contract says, or refused", async () => {
  for (const query of ["limit=0", "limit=51", "limit=x", "before=7", "before=7.x", "after=1.1"])
    expect(problemOf(await bo.asks(`/v1/me/mentions?${query}`)).code).toBe("invalid");
});

test("MYM-10 every room is read to its end, once and for all", async () => {
  const rooms = [await aRoom("Read one"), await aRoom("Read two")];
  for (const room_id of rooms) await ada.sends(room_id, "news");
  const unread = async () =>
    (await inboxOf(bo)).rooms.filter(
      ({ badge, mentions, unread_seq }) => badge + mentions > 0 || unread_seq !== null,
    );
  await vi.waitUntil(async () => {
    const ids = new Set((await unread()).map(({ room_id }) => room_id));
    return rooms.every((room_id) => ids.has(room_id));
  }, 10_000);
  const count = (await unread()).length;
  const readAll = () => bo.asks("/v1/me/read", { method: "PUT" });
  expect(v.parse(AllReadSchema, (await readAll()).json)).toEqual({ rooms: count });
  await vi.waitUntil(async () => (await unread()).length === 0, 10_000);
  expect((await readAll()).json).toEqual({ rooms: 0 });
  for (const room_id of rooms) {
    const read = { method: "PUT", body: { seq: 1 } };
    const answer = await bo.asks(`/v1/rooms/${room_id}/read`, read);
    expect(v.parse(ReadAnswerSchema, answer.json).badge).toBe(0);
  }
  // What comes afterwards is unread again.
  await ada.sends(rooms[0]!, "more");
  await vi.waitUntil(async () => (await unread()).length === 1, 10_000);
});
