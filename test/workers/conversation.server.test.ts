import { afterAll, beforeAll, expect, test } from "vitest";
import * as v from "valibot";
import {
  MemberPageSchema,
  PinsSchema,
  ReactionPageSchema,
  ReceiptAnswerSchema,
  RoomViewSchema,
  ThreadPageSchema,
  VersionsSchema,
} from "../../schema/http.ts";
import type { MessageId, RoomId } from "../../schema/ids.ts";
import { messageIdOf, newId } from "../../schema/ids.ts";
import { MessageSchema } from "../../schema/message.ts";
import type { RefusalCode } from "../../schema/refusals.ts";
import { startServer } from "../support/harness.ts";
import type { Server } from "../support/harness.ts";
import type { Person } from "./person.ts";
import { problemOf, signUp } from "./person.ts";

/** A conversation over HTTP. Ada owns the room, Bo is a member of it, and Cy of another one that Ada is in too. */
let server: Server;
let ada: Person;
let bo: Person;
let cy: Person;

beforeAll(async () => {
  server = await startServer();
  [ada, bo, cy] = await Promise.all([
    signUp(server.origin, "ada"),
    signUp(server.origin, "bo"),
    signUp(server.origin, "cy"),
  ]);
});
afterAll(() => server.close());

const room = (more: object = {}) =>
  ada.creates({ kind: "group", name: "Lighthouse", members: [bo.user_id], ...more });

interface Does {
  body?: object;
  key?: string;
}

/** What somebody does is done, and answered by a receipt. */
async function does(who: Person, call: string, { body, key }: Does = {}) {
  const [method = "", path = ""] = call.split(" ");
  const headers = key === undefined ? {} : { "idempotency-key": key };
  const reply = await who.asks(`/v1/rooms/${path}`, { method, headers, ...(body && { body }) });
  expect([200, 201], reply.text).toContain(reply.status);
  return v.parse(ReceiptAnswerSchema, reply.json);
}

async function says(who: Person, room_id: RoomId, body: object): Promise<MessageId> {
  const key = newId("command");
  const answer = await does(who, `POST ${room_id}/messages`, { body, key });
  expect(answer.receipt?.command_id).toBe(key);
  return messageIdOf(key);
}

async function sees<S extends v.GenericSchema>(who: Person, path: string, schema: S) {
  const reply = await who.asks(`/v1/rooms/${path}`);
  expect(reply.status, reply.text).toBe(200);
  return v.parse(schema, reply.json);
}

async function isRefused(who: Person, call: string, code: RefusalCode, body?: object) {
  const [method = "", path = ""] = call.split(" ");
  const reply = await who.asks(`/v1/rooms/${path}`, { method, ...(body && { body }) });
  expect(problemOf(reply).code, call).toBe(code);
}

test("CVH-1 a message is read by its id, and its thread, its quotes and its silence over HTTP as over the socket", async () => {
  const room_id = await room();
  const root = await says(ada, room_id, { text: "root" });
  const hidden = await says(bo, room_id, { text: "in the thread", parent: root });
  const shown = await says(bo, room_id, { text: "in both", parent: root, in_room: true });
  const quoting = await says(ada, room_id, { text: "as said", quote: hidden, silent: true });
  const thread = await sees(ada, `${room_id}/messages/${root}/thread`, ThreadPageSchema);
  expect(thread.root).toMatchObject({ message_id: root, thread: { replies: 2 } });
  expect(thread.messages.map(({ message_id }) => message_id)).toEqual([hidden, shown]);
  const first = await sees(ada, `${room_id}/messages/${root}/thread?limit=1`, ThreadPageSchema);
  expect(first.messages).toHaveLength(1);
  const rest = `${room_id}/messages/${root}/thread?limit=1&after=${first.after}`;
  const second = await sees(ada, rest, ThreadPageSchema);
  expect(second).toMatchObject({ messages: [{ message_id: shown }], after: null });
  expect(await sees(bo, `${room_id}/messages/${quoting}`, MessageSchema)).toMatchObject({
    quote: hidden,
    silent: true,
  });
  await isRefused(ada, `GET ${room_id}/messages/${hidden}/thread`, "not_a_root");
  await isRefused(ada, `POST ${room_id}/messages`, "not_a_root", { text: "x", parent: hidden });
  await isRefused(ada, `POST ${room_id}/messages`, "not_found", { text: "x", quote: foreign() });
  await isRefused(ada, `GET ${room_id}/messages/${foreign()}`, "not_found");
});

const foreign = () => messageIdOf(newId("command"));

test("CVH-2 a message is edited, its versions are listed, and its deletion is taken back by who deleted it", async () => {
  const room_id = await room();
  const message_id = await says(bo, room_id, { text: "first" });
  const path = `${room_id}/messages/${message_id}`;
  await does(bo, `PATCH ${path}`, { body: { text: "second" } });
  await isRefused(ada, `PATCH ${path}`, "not_author", { text: "mine" });
  const { versions } = await sees(ada, `${path}/versions`, VersionsSchema);
  expect(versions.map(({ text }) => text)).toEqual(["first", "second"]);
  await does(ada, `PATCH ${room_id}`, { body: { settings: { versions: "admins" } } });
  await does(ada, `DELETE ${path}`);
  expect(await sees(bo, path, MessageSchema)).toMatchObject({
    text: null,
    deleted_by: ada.user_id,
  });
  await isRefused(bo, `PUT ${path}/restore`, "not_allowed");
  await does(ada, `PUT ${path}/restore`);
  expect(await sees(bo, path, MessageSchema)).toMatchObject({ text: "second", deleted_at: null });
  await isRefused(ada, `PUT ${path}/restore`, "restore_window_over");
  const others = await says(ada, room_id, { text: "Ada's" });
  await isRefused(bo, `GET ${room_id}/messages/${others}/versions`, "not_allowed");
  await isRefused(bo, `DELETE ${room_id}/messages/${others}`, "not_author");
});

test("CVH-3 an emoji stands in the path, percent-encoded, in whatever form it was typed; choosing it again changes nothing", async () => {
  const room_id = await room();
  const message_id = await says(ada, room_id, { text: "react to this" });
  const at = (emoji: string) =>
    `${room_id}/messages/${message_id}/reactions/${encodeURIComponent(emoji)}`;
  expect((await does(bo, `PUT ${at("❤")}`)).receipt?.type).toBe("reaction.added");
  expect(await does(bo, `PUT ${at("❤️")}`)).toEqual({ receipt: null, replayed: false });
  await does(ada, `PUT ${at("❤️")}`);
  const own = newId("emoji");
  await does(ada, `PUT ${at(own)}`);
  await does(bo, `PUT ${at("👩🏽‍🚀")}`);
  const page = await sees(ada, at("❤"), ReactionPageSchema);
  expect(page).toEqual({ users: [bo.user_id, ada.user_id], after: null });
  const { reactions } = await sees(ada, `${room_id}/messages/${message_id}`, MessageSchema);
  expect(reactions.map(({ emoji, count, mine }) => [emoji, count, mine])).toEqual([
    ["❤️", 2, true],
    [own, 1, true],
    ["👩🏽‍🚀", 1, false],
  ]);
  await does(bo, `DELETE ${at("❤️")}`);
  expect((await does(bo, `DELETE ${at("❤️")}`)).receipt).toBeNull();
  expect((await sees(ada, at("❤️"), ReactionPageSchema)).users).toEqual([ada.user_id]);
  for (const wrong of ["x", "👍👍", ":+1:", "../..", "%", "👍/../👎"])
    await isRefused(bo, `PUT ${at(wrong)}`, "not_found");
});

test("CVH-4 who runs the room pins, up to its limit, and everyone reads the pins", async () => {
  const room_id = await room();
  const ids: MessageId[] = [];
  for (let n = 0; n < 4; n += 1) ids.push(await says(bo, room_id, { text: `${n}` }));
  const pin = (n: number) => `${room_id}/messages/${ids[n]}/pin`;
  await isRefused(bo, `PUT ${pin(0)}`, "not_allowed");
  for (const n of [0, 1, 2]) await does(ada, `PUT ${pin(n)}`);
  expect((await does(ada, `PUT ${pin(2)}`)).receipt).toBeNull();
  await isRefused(ada, `PUT ${pin(3)}`, "too_many_pins");
  const pinned = await sees(bo, `${room_id}/pins`, PinsSchema);
  expect(pinned.messages.map(({ text }) => text)).toEqual(["2", "1", "0"]);
  await does(ada, `DELETE ${pin(1)}`);
  expect((await does(ada, `DELETE ${pin(1)}`)).receipt).toBeNull();
  expect((await sees(bo, `${room_id}/pins`, PinsSchema)).messages).toHaveLength(2);
});

test("CVH-5 what is said in one room is forwarded to another by who is in both, and by nobody else", async () => {
  const [from, to] = await Promise.all([room(), room({ members: [cy.user_id] })]);
  const from_message = await says(bo, from, { text: "said first by Bo" });
  const body = { from_room: from, from_message };
  const key = newId("command");
  const first = await does(ada, `POST ${to}/messages/forward`, { body, key });
  const again = await does(ada, `POST ${to}/messages/forward`, { body, key });
  expect(again).toEqual({ ...first, replayed: true });
  const path = `${to}/messages/${messageIdOf(key)}`;
  expect(await sees(cy, path, MessageSchema)).toMatchObject({
    text: "said first by Bo",
    author: ada.user_id,
    forwarded: { room_id: from, message_id: from_message, author: bo.user_id },
  });
  await isRefused(ada, `PATCH ${path}`, "not_author", { text: "other words" });
  // Cy is not where it was said, Bo not where it is to go, and there is no such message.
  await isRefused(cy, `POST ${to}/messages/forward`, "not_found", body);
  await isRefused(bo, `POST ${to}/messages/forward`, "not_found", body);
  const nowhere = { ...body, from_message: foreign() };
  await isRefused(ada, `POST ${to}/messages/forward`, "not_found", nowhere);
});

test("CVH-6 a room's words and settings are changed by who runs it, it is archived and brought back", async () => {
  const room_id = await room();
  const change = { topic: "New", guidelines: "Be kind.", settings: { posting: "admins" } };
  await does(ada, `PATCH ${room_id}`, { body: change });
  expect((await does(ada, `PATCH ${room_id}`, { body: change })).receipt).toBeNull();
  const view = await sees(bo, room_id, RoomViewSchema);
  expect(view.room).toMatchObject({ topic: "New", guidelines: "Be kind.", name: "Lighthouse" });
  expect(view.room.settings).toMatchObject({ posting: "admins", history: "all" });
  await isRefused(bo, `POST ${room_id}/messages`, "read_only", { text: "x" });
  await isRefused(bo, `PATCH ${room_id}`, "not_allowed", { topic: "mine" });
  await does(ada, `PATCH ${room_id}`, { body: { archived: true } });
  await isRefused(ada, `POST ${room_id}/messages`, "room_archived", { text: "x" });
  await isRefused(ada, `PATCH ${room_id}`, "room_archived", { topic: "later" });
  await does(ada, `PATCH ${room_id}`, { body: { archived: false } });
  await says(ada, room_id, { text: "back" });
  await isRefused(ada, `PATCH ${room_id}`, "invalid", { settings: { pins_max: 51 } });
  await isRefused(ada, `PATCH ${room_id}`, "invalid", { settings: { unknown: 1 } });
});

test("CVH-7 members are listed in pages, given roles, muted and removed, by who stands above them", async () => {
  const room_id = await room({ members: [bo.user_id, cy.user_id] });
  const found = new Set<string>();
  for (let after: string | null = ""; after !== null;) {
    const next: string = after === "" ? "" : `&after=${after}`;
    const page = await sees(bo, `${room_id}/members?limit=2${next}`, MemberPageSchema);
    for (const { user_id } of page.members) found.add(user_id);
    after = page.after;
  }
  expect([...found].toSorted()).toEqual([ada.user_id, bo.user_id, cy.user_id].toSorted());
  const at = (who: Person) => `${room_id}/members/${who.user_id}`;
  await isRefused(bo, `PUT ${at(cy)}/role`, "not_allowed", { role: "admin" });
  await isRefused(ada, `PUT ${at(ada)}/role`, "last_owner", { role: "member" });
  await does(ada, `PUT ${at(bo)}/role`, { body: { role: "admin" } });
  const muted_until = Date.now() + 3_600_000;
  await does(bo, `PUT ${at(cy)}/mute`, { body: { muted_until } });
  await isRefused(cy, `POST ${room_id}/messages`, "muted", { text: "x" });
  await isRefused(bo, `PUT ${at(ada)}/mute`, "not_allowed", { muted_until });
  await isRefused(bo, `PUT ${at(cy)}/mute`, "invalid", { muted_until: null });
  await does(bo, `DELETE ${at(cy)}/mute`);
  expect((await does(bo, `DELETE ${at(cy)}/mute`)).receipt).toBeNull();
  await says(cy, room_id, { text: "again" });
  await isRefused(cy, `DELETE ${at(bo)}`, "not_allowed");
  await does(bo, `DELETE ${at(cy)}`);
  await isRefused(cy, `GET ${room_id}/members`, "not_found");
  await isRefused(bo, `DELETE ${at(cy)}`, "not_found");
  await isRefused(bo, `DELETE ${at(bo)}`, "invalid");
});

test("API-11 every command of a conversation is repeatable: the same key gives the first answer, also where nothing was to do", async () => {
  const room_id = await room();
  const message_id = await says(bo, room_id, { text: "to be changed" });
  const path = `${room_id}/messages/${message_id}`;
  const calls: [string, object?][] = [
    [`PATCH ${room_id}`, { topic: "once" }],
    [`PATCH ${room_id}`, { topic: "once" }],
    [`PUT ${path}/reactions/${encodeURIComponent("👍")}`],
    [`DELETE ${path}/reactions/${encodeURIComponent("👎")}`],
    [`PUT ${path}/pin`],
    [`DELETE ${path}/pin`],
    [`PUT ${room_id}/members/${bo.user_id}/role`, { role: "admin" }],
    [`PUT ${room_id}/members/${bo.user_id}/mute`, { muted_until: Date.now() + 60_000 }],
    [`DELETE ${path}`],
    [`PUT ${path}/restore`],
    [`DELETE ${room_id}/members/${bo.user_id}`],
  ];
  for (const [call, body] of calls) {
    const asked = { key: newId("command"), ...(body && { body }) };
    const first = await does(ada, call, asked);
    expect(first.replayed, call).toBe(false);
    const position = (await sees(ada, room_id, RoomViewSchema)).position;
    expect(await does(ada, call, asked), call).toEqual({ ...first, replayed: true });
    expect((await sees(ada, room_id, RoomViewSchema)).position, call).toEqual(position);
  }
});
