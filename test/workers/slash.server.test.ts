import * as v from "valibot";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { SlashDone } from "../../schema/http-own.ts";
import { SlashAnswerSchema } from "../../schema/http-own.ts";
import type { Message } from "../../schema/message.ts";
import type { MessagePage, RoomView } from "../../schema/http.ts";
import type { RoomId } from "../../schema/ids.ts";
import { messageIdOf, newId, reminderIdOf } from "../../schema/ids.ts";
import type { InboxState } from "../../schema/inbox.ts";
import { FOREVER } from "../../schema/inbox.ts";
import { builtIn } from "../../schema/slash/built-in.ts";
import type { Server } from "../support/harness.ts";
import { startServer } from "../support/harness.ts";
import type { Person } from "./person.ts";
import { problemOf, signUp } from "./person.ts";

let server: Server;
let ada: Person;
let bo: Person;
let cy: Person;
let room_id: RoomId;
beforeAll(async () => {
  server = await startServer();
  [ada, bo, cy] = (await Promise.all(
    ["ada", "bo", "cy"].map((handle) => signUp(server.origin, handle)),
  )) as [Person, Person, Person];
  room_id = await ada.creates({ kind: "group", name: "Lighthouse" });
  await vi.waitUntil(async () => (await inboxOf(ada)).rooms.length === 1, 10_000);
});
afterAll(() => server.close());

const inboxOf = async (of: Person) => (await of.asks("/v1/me/inbox")).json as InboxState;
const asks = (by: Person, text: string, key?: string, more: object = {}) =>
  by.asks(`/v1/rooms/${room_id}/slash`, {
    method: "POST",
    body: { text, ...more },
    ...(key === undefined ? {} : { headers: { "idempotency-key": key } }),
  });
async function does(by: Person, text: string, key?: string): Promise<SlashDone[]> {
  const answer = v.parse(SlashAnswerSchema, (await asks(by, text, key)).json);
  if (!("done" in answer)) throw new Error("help instead of something done");
  return answer.done;
}
const newest = async (): Promise<Message | undefined> =>
  ((await ada.asks(`/v1/rooms/${room_id}/messages`)).json as MessagePage).messages.at(-1);
const view = async () => (await ada.asks(`/v1/rooms/${room_id}`)).json as RoomView;

test("SLH-1 /me and /shrug are sent, under the id of the request", async () => {
  const key = newId("command");
  const [done] = await does(ada, "/me waves", key);
  expect(done).toMatchObject({ to: "room", type: "send", replayed: false });
  expect(await newest()).toMatchObject({ message_id: messageIdOf(key), text: "<me> waves" });
  await does(ada, "/shrug who knows");
  expect((await newest())?.text).toMatch(/^who knows ¯.*ツ.*¯$/);
});

test("SLH-1 what asks for nothing is sent as it is, and two slashes send one", async () => {
  expect(await does(ada, "good evening")).toMatchObject([{ to: "room", type: "send" }]);
  expect((await newest())?.text).toBe("good evening");
  await does(ada, "//topic is a command");
  expect((await newest())?.text).toBe("/topic is a command");
});

test("SLH-2 /topic changes the room, and says so without a receipt where it is so already", async () => {
  const [done] = await does(ada, "/topic Who keeps watch");
  expect(done).toMatchObject({ to: "room", type: "change", receipt: { type: "room.changed" } });
  expect((await view()).room.topic).toBe("Who keeps watch");
  expect(await does(ada, "/topic Who keeps watch")).toMatchObject([{ receipt: null }]);
});

test("SLH-3 /invite adds each person once, whoever is here already included", async () => {
  const people = `<@${bo.user_id}> <@${cy.user_id}>`;
  const key = newId("command");
  const first = await does(ada, `/invite ${people}`, key);
  expect(first).toMatchObject([{ type: "add" }, { type: "add" }]);
  expect(await does(ada, `/invite ${people}`, key)).toMatchObject([
    { replayed: true },
    { replayed: true },
  ]);
  expect(await does(ada, `/invite ${people}`)).toMatchObject([
    { receipt: null },
    { receipt: null },
  ]);
  expect((await view()).member_count).toBe(3);
});

test("SLH-3 /invite of somebody who does not exist adds nobody", async () => {
  const dee = await signUp(server.origin, "dee");
  const reply = await asks(ada, `/invite <@${dee.user_id}> <@${newId("user")}>`);
  expect(problemOf(reply)).toMatchObject({ code: "invalid", field: "text" });
  expect((await view()).member_count).toBe(3);
});

test("SLH-4 /mute is the asker's own, for a time or for good", async () => {
  const mutedUntil = async () => (await inboxOf(ada)).rooms[0]?.muted_until ?? 0;
  const before = Date.now();
  expect(await does(ada, "/mute 2h")).toMatchObject([{ to: "inbox", type: "arrange" }]);
  expect(await mutedUntil()).toBeGreaterThanOrEqual(before + 7_200_000);
  expect(await mutedUntil()).toBeLessThan(before + 7_260_000);
  await does(ada, "/mute");
  expect(await mutedUntil()).toBe(FOREVER);
});

test("SLH-5 /remind sets a reminder in the asker's inbox, by their own clock", async () => {
  const key = newId("command");
  expect(await does(ada, "/remind 10m Tea", key)).toMatchObject([{ to: "inbox", type: "remind" }]);
  const { reminders } = await inboxOf(ada);
  expect(reminders).toMatchObject([
    { reminder_id: reminderIdOf(key), room_id, message_id: null, note: "Tea", due: false },
  ]);
  await asks(ada, "/remind tomorrow 9:00 Bread", undefined, { time_zone: "Asia/Tokyo" });
  const bread = (await inboxOf(ada)).reminders.find(({ note }) => note === "Bread");
  expect(new Date(bread!.at).toISOString()).toMatch(/T00:00:00.000Z$/);
});

test("SLH-6 the same key has one effect, however much later it comes again, and is good for one text", async () => {
  const key = newId("command");
  const first = await does(ada, "/remind 1h Once", key);
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(await does(ada, "/remind 1h Once", key)).toEqual([{ ...first[0], replayed: true }]);
  const { reminders } = await inboxOf(ada);
  expect(reminders.filter(({ note }) => note === "Once")).toHaveLength(1);
  expect(problemOf(await asks(ada, "/remind 1h Twice", key)).code).toBe("command_id_reused");
});

test("SLH-7 /help lists every command, or one, to members", async () => {
  const help = v.parse(SlashAnswerSchema, (await asks(ada, "/help")).json);
  expect("help" in help && help.help.map(({ name }) => name)).toEqual([...builtIn.keys()]);
  const one = v.parse(SlashAnswerSchema, (await asks(ada, "/help remind")).json);
  expect("help" in one && one.help).toMatchObject([{ usage: "/remind <when> <text>" }]);
  const stranger = await signUp(server.origin, "stranger");
  for (const text of ["/help", "/me waves", "/mute", "/leave", "hello"])
    expect(problemOf(await asks(stranger, text)).code, text).toBe("not_found");
});

test("SLH-8 what is not understood is refused with the right usage, and nothing of it comes back", async () => {
  const before = (await view()).position;
  const unknown = await asks(ada, "/zqmark it");
  expect(problemOf(unknown)).toMatchObject({ code: "unknown_slash", status: 422 });
  expect(problemOf(unknown).field).toBe(undefined);
  const bad = await asks(ada, "/remind zqmark Tea");
  expect(problemOf(bad)).toMatchObject({ code: "bad_slash", field: "/remind <when> <text>" });
  for (const reply of [unknown, bad]) expect(reply.text).not.toContain("zqmark");
  for (const body of [{}, { text: "" }, { text: "/mute", time_zone: "Nowhere" }, { text: 7 }]) {
    const reply = await ada.asks(`/v1/rooms/${room_id}/slash`, { method: "POST", body });
    expect(problemOf(reply).code, JSON.stringify(body)).toBe("invalid");
  }
  expect((await view()).position).toEqual(before);
});

test("SLH-9 a slash gives nobody a right that they have not", async () => {
  const dee = await signUp(server.origin, "deedee");
  expect(problemOf(await asks(bo, "/topic Mine")).code).toBe("not_allowed");
  expect(problemOf(await asks(bo, `/invite <@${dee.user_id}>`)).code).toBe("not_allowed");
});

test("SLH-10 /leave leaves", async () => {
  expect(await does(cy, "/leave")).toMatchObject([{ to: "room", type: "leave" }]);
  expect(problemOf(await cy.asks(`/v1/rooms/${room_id}`)).code).toBe("not_found");
});
