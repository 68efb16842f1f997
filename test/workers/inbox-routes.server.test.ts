import * as v from "valibot";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { MessageId, RoomId } from "../../schema/ids.ts";
import { messageIdOf, newId } from "../../schema/ids.ts";
import type { InboxState } from "../../schema/inbox.ts";
import { InboxStateSchema } from "../../schema/inbox.ts";
import { limits } from "../../schema/limits.ts";
import { FOREIGN_ORIGIN, startServer } from "../support/harness.ts";
import type { Server } from "../support/harness.ts";
import type { Person } from "./person.ts";
import { problemOf, signUp } from "./person.ts";

let server: Server;
let ada: Person;
let bo: Person;
let eve: Person;
let room_id: RoomId;
let message_id: MessageId;
beforeAll(async () => {
  server = await startServer();
  [ada, bo, eve] = await Promise.all([
    signUp(server.origin, "ada"),
    signUp(server.origin, "bo"),
    signUp(server.origin, "eve"),
  ]);
  room_id = await ada.creates({ kind: "group", name: "Lighthouse", members: [bo.user_id] });
  const command_id = newId("command");
  await ada.sends(room_id, "Good evening", command_id);
  message_id = messageIdOf(command_id);
  // The room tells the inboxes of it a moment later.
  const isListed = async (of: Person) => (await inboxOf(of)).rooms.length === 1;
  await vi.waitUntil(async () => (await isListed(ada)) && (await isListed(bo)), 10_000);
});
afterAll(() => server.close());

const inboxOf = async (of: Person): Promise<InboxState> =>
  v.parse(InboxStateSchema, (await of.asks("/v1/me/inbox")).json);
const asks = (by: Person, what: `${string} ${string}`, body?: object, key?: string) =>
  by.asks(what.slice(what.indexOf(" ") + 1), {
    method: what.slice(0, what.indexOf(" ")),
    ...(body === undefined ? {} : { body }),
    ...(key === undefined ? {} : { headers: { "idempotency-key": key } }),
  });
const draft = (room = room_id) => `/v1/me/rooms/${room}/draft`;
const bookmark = (room = room_id) => `/v1/me/bookmarks/${room}/${message_id}`;

test("INH-1 one reply has everything to start with, and it is one's own", async () => {
  const mine = { room_id, name: "Lighthouse", role: "member", badge: 1 };
  await expect.poll(async () => (await inboxOf(bo)).rooms).toMatchObject([mine]);
  const state = await inboxOf(bo);
  expect(state.devices.map((device) => device.device_id)).toEqual([bo.session.device_id]);
  expect((await inboxOf(eve)).rooms).toEqual([]);
});

test("INH-2 a room is arranged, and what is left out stays", async () => {
  const path = `/v1/me/rooms/${room_id}`;
  expect((await asks(bo, `PATCH ${path}`, { favourite: true, folder: "Sea" })).status).toBe(200);
  await asks(bo, `PATCH ${path}`, { archived: true });
  expect((await inboxOf(bo)).rooms).toMatchObject([
    { favourite: true, folder: "Sea", archived: true },
  ]);
  expect((await inboxOf(ada)).rooms).toMatchObject([
    { favourite: false, folder: "", archived: false },
  ]);
});

test("INH-3 a draft is kept for the room where it was begun, and only by its members", async () => {
  const body = { text: "What I meant was", edited_at: Date.now() };
  expect((await asks(bo, `PUT ${draft()}`, body)).status).toBe(200);
  expect((await inboxOf(bo)).drafts).toMatchObject([{ room_id, text: body.text }]);
  for (const room of [room_id, newId("room")])
    expect(problemOf(await asks(eve, `PUT ${draft(room)}`, body)).code).toBe("not_found");
  expect((await inboxOf(eve)).drafts).toEqual([]);
});

test("INH-4 a message is kept with a note and let go, and only by members of its room", async () => {
  expect((await asks(bo, `PUT ${bookmark()}`, { note: "Answer this" })).status).toBe(200);
  expect((await inboxOf(bo)).bookmarks).toMatchObject([
    { room_id, message_id, note: "Answer this" },
  ]);
  for (const room of [room_id, newId("room")])
    expect(problemOf(await asks(eve, `PUT ${bookmark(room)}`, {})).code).toBe("not_found");
  expect((await asks(bo, `DELETE ${bookmark()}`)).status).toBe(200);
  expect((await inboxOf(bo)).bookmarks).toEqual([]);
});

test("INH-5 settings, status and mode are changed for all devices", async () => {
  await asks(bo, "PATCH /v1/me/settings", { direct_from: "contacts" });
  await asks(bo, "PATCH /v1/me/settings", { last_seen: "nobody" });
  const status = { text: "At sea", emoji: "\u26f5", until: null };
  expect((await asks(bo, "PUT /v1/me/status", { status })).status).toBe(200);
  expect((await asks(bo, "PUT /v1/me/mode", { mode: "dnd" })).status).toBe(200);
  const state = await inboxOf(await bo.signsIn());
  expect(state.settings).toMatchObject({
    direct_from: "contacts",
    last_seen: "nobody",
    findable: false,
  });
  expect(state.self).toEqual({ mode: "dnd", status });
});

test("INH-6 reading moves forward only, and is for members", async () => {
  const read = (by: Person, seq: number, room: RoomId = room_id) =>
    asks(by, `PUT /v1/rooms/${room}/read`, { seq });
  const view = (await bo.asks(`/v1/rooms/${room_id}`)).json as { position: { seq: number } };
  const { seq } = view.position;
  expect((await read(bo, seq)).json).toEqual({
    read_seq: seq,
    unread_seq: null,
    badge: 0,
    mentions: 0,
  });
  expect((await read(bo, 1)).json).toEqual({
    read_seq: seq,
    unread_seq: null,
    badge: 0,
    mentions: 0,
  });
  for (const room of [room_id, newId("room")])
    expect(problemOf(await read(eve, seq, room)).code).toBe("not_found");
});

test("INH-7 the same key has one effect and its first answer, and is good for one thing", async () => {
  const first = await asks(ada, "PUT /v1/me/mode", { mode: "away" }, "same key");
  expect(first.json).toMatchObject({ replayed: false });
  const again = await asks(ada, "PUT /v1/me/mode", { mode: "away" }, "same key");
  expect(again.json).toEqual({ ...(first.json as object), replayed: true });
  const other = await asks(ada, "PUT /v1/me/mode", { mode: "dnd" }, "same key");
  expect(problemOf(other).code).toBe("command_id_reused");
});

test.each([
  ["PATCH", "rooms/ROOM", { role: "owner" }],
  ["PATCH", "rooms/ROOM", { badge: 0 }],
  ["PATCH", "rooms/ROOM", { muted_until: -1 }],
  ["PATCH", "rooms/ROOM", { folder: "a\u202eb" }],
  ["PUT", "rooms/ROOM/draft", { text: "x" }],
  ["PUT", "rooms/ROOM/draft", { text: "x", edited_at: 1, device_id: "device_1" }],
  ["PUT", "rooms/ROOM/draft", { text: "x".repeat(limits.text_bytes + 1), edited_at: 1 }],
  ["PUT", "bookmarks/ROOM/MESSAGE", { note: 7 }],
  ["PUT", "bookmarks/ROOM/MESSAGE", { user_id: "user_1" }],
  ["PATCH", "settings", { findable: "yes" }],
  ["PATCH", "settings", { verified: true }],
  [
    "PATCH",
    "settings",
    { quiet_hours: { from_minute: 0, until_minute: 1, days: [], time_zone: "Nowhere" } },
  ],
  ["PUT", "status", {}],
  ["PUT", "status", { status: { text: "x", emoji: "no emoji", until: null } }],
  ["PUT", "mode", { mode: "offline" }],
])(
  "INH-8 %s %s with a wrong body (%#) is refused, and changes nothing",
  async (method, path, body) => {
    const before = await inboxOf(ada);
    const filled = path.replace("ROOM", room_id).replace("MESSAGE", message_id);
    expect(problemOf(await asks(ada, `${method} /v1/me/${filled}`, body)).code).toBe("invalid");
    expect((await inboxOf(ada)).position).toEqual(before.position);
  },
);

test("INH-8 an id that is none names nothing, and another's page may not come with our cookie", async () => {
  for (const path of ["rooms/zq", "rooms/zq/draft", `bookmarks/${room_id}/zq`]) {
    const method = path.endsWith("draft") || path.startsWith("bookmarks") ? "PUT" : "PATCH";
    const body = path.endsWith("draft") ? { text: "", edited_at: 1 } : {};
    expect(problemOf(await asks(ada, `${method} /v1/me/${path}`, body)).code).toBe("not_found");
  }
  const foreign = await ada.asksByCookie("/v1/me/mode", {
    method: "PUT",
    body: { mode: "dnd" },
    headers: { origin: FOREIGN_ORIGIN },
  });
  expect(problemOf(foreign).code).toBe("bad_origin");
});
