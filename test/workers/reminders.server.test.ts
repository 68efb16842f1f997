import * as v from "valibot";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { RemindedSchema, RemindersSchema } from "../../schema/http-own.ts";
import type { RoomId } from "../../schema/ids.ts";
import { newId, reminderIdOf } from "../../schema/ids.ts";
import type { InboxState } from "../../schema/inbox.ts";
import { limits } from "../../schema/limits.ts";
import type { Server } from "../support/harness.ts";
import { FOREIGN_ORIGIN, startServer } from "../support/harness.ts";
import type { Person } from "./person.ts";
import { problemOf, signUp } from "./person.ts";

let server: Server;
let ada: Person;
let eve: Person;
let room_id: RoomId;
beforeAll(async () => {
  server = await startServer();
  [ada, eve] = await Promise.all([signUp(server.origin, "ada"), signUp(server.origin, "eve")]);
  room_id = await ada.creates({ kind: "group", name: "Lighthouse" });
  await vi.waitUntil(async () => (await inboxOf(ada)).rooms.length === 1, 10_000);
});
afterAll(() => server.close());

const inboxOf = async (of: Person) => (await of.asks("/v1/me/inbox")).json as InboxState;
const remindersOf = async (of: Person) =>
  v.parse(RemindersSchema, (await of.asks("/v1/me/reminders")).json).reminders;
const reminds = (by: Person, body: object, key?: string) =>
  by.asks("/v1/me/reminders", {
    method: "POST",
    body,
    ...(key === undefined ? {} : { headers: { "idempotency-key": key } }),
  });
const ends = (by: Person, reminder_id: string) =>
  by.asks(`/v1/me/reminders/${reminder_id}`, { method: "DELETE" });

test("REM-8 a reminder is set, listed to its owner only, and taken away", async () => {
  const at = Date.now() + 3_600_000;
  const message_id = newId("message");
  const command_id = newId("command");
  const reply = await reminds(ada, { room_id, message_id, note: "Answer this", at }, command_id);
  expect(reply.status).toBe(201);
  const { reminder_id } = v.parse(RemindedSchema, reply.json);
  expect(reminder_id).toBe(reminderIdOf(command_id));
  const set = {
    reminder_id,
    room_id,
    message_id,
    note: "Answer this",
    at,
    due: false,
    left: false,
  };
  expect(await remindersOf(ada)).toEqual([set]);
  expect((await inboxOf(ada)).reminders).toEqual([set]);
  expect(await remindersOf(eve)).toEqual([]);
  // What is another's is not there, and stays.
  expect((await ends(eve, reminder_id)).json).toEqual({ seq: null, replayed: false });
  expect(await remindersOf(ada)).toHaveLength(1);
  expect((await ends(ada, reminder_id)).json).toMatchObject({ replayed: false });
  expect(await remindersOf(ada)).toEqual([]);
});

test("REM-8 it falls due by itself, and stays until it is taken away", async () => {
  await reminds(ada, { room_id, at: Date.now() + 300 });
  const due = async () => (await remindersOf(ada)).filter((reminder) => reminder.due);
  await vi.waitUntil(async () => (await due()).length === 1, 10_000);
  const [reminder] = await due();
  expect(reminder).toMatchObject({ room_id, message_id: null, note: "", left: false });
  expect((await ends(ada, reminder!.reminder_id)).status).toBe(200);
  expect(await remindersOf(ada)).toEqual([]);
});

test("REM-8 the same key sets one, and is good for one thing", async () => {
  const body = { room_id, at: Date.now() + 60_000 };
  const first = v.parse(RemindedSchema, (await reminds(ada, body, "same key")).json);
  const again = v.parse(RemindedSchema, (await reminds(ada, body, "same key")).json);
  expect(again).toEqual({ ...first, replayed: true });
  const other = await reminds(ada, { ...body, note: "Other" }, "same key");
  expect(problemOf(other).code).toBe("command_id_reused");
  await ends(ada, first.reminder_id);
});

test("REM-8 a room that one is not in, and one that there is not, are the same", async () => {
  for (const [by, room] of [
    [eve, room_id],
    [ada, newId("room")],
  ] as const) {
    const reply = await reminds(by, { room_id: room, at: Date.now() + 60_000 });
    expect(problemOf(reply).code).toBe("not_found");
  }
});

test.each([
  [{ at: 1 }, "room_id"],
  [{ room_id: "ROOM" }, "at"],
  [{ room_id: "ROOM", at: "soon" }, "at"],
  [{ room_id: "ROOM", at: 1 }, "at"],
  [{ room_id: "ROOM", at: Date.now() + 2 * limits.reminder_ms_max }, "at"],
  [{ room_id: "ROOM", at: Date.now() + 60_000, note: "x".repeat(501) }, "note"],
  [{ room_id: "ROOM", at: Date.now() + 60_000, message_id: "zq" }, "message_id"],
  [{ room_id: "ROOM", at: Date.now() + 60_000, due: true }, undefined],
])(
  "REM-9 a wrong reminder (%#) is refused with its field, and nothing is set",
  async (body, field) => {
    const filled = JSON.parse(JSON.stringify(body).replace("ROOM", room_id)) as object;
    const problem = problemOf(await reminds(ada, filled));
    expect([problem.code, problem.field]).toEqual(["invalid", field]);
    expect(await remindersOf(ada)).toEqual([]);
  },
);

test("REM-9 an id that is none names nothing, and another's page may not come with our cookie", async () => {
  expect(problemOf(await ends(ada, "zq")).code).toBe("not_found");
  const foreign = await ada.asksByCookie("/v1/me/reminders", {
    method: "POST",
    body: { room_id, at: Date.now() + 60_000 },
    headers: { origin: FOREIGN_ORIGIN },
  });
  expect(problemOf(foreign).code).toBe("bad_origin");
});
