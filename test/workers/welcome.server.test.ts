import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { MessagePage } from "../../schema/http.ts";
import type { RoomId } from "../../schema/ids.ts";
import { directRoomId, newId } from "../../schema/ids.ts";
import type { InboxState } from "../../schema/inbox.ts";
import type { Message } from "../../schema/message.ts";
import { SYSTEM_USER } from "../../workers/services/welcome.ts";
import type { Server } from "../support/harness.ts";
import { startServer } from "../support/harness.ts";
import type { Person } from "./person.ts";
import { signUp } from "./person.ts";

let server: Server;
let ada: Person;
let room_id: RoomId;
beforeAll(async () => {
  server = await startServer({
    vars: { WELCOME: "on", DEPLOYMENT_NAME: "The Tower", GUESTS: "on" },
  });
  ada = await signUp(server.origin, "ada");
  const guidelines = "Be kind.\nNo shouting.";
  room_id = await ada.creates({ kind: "channel", name: "Lighthouse", guidelines });
});
afterAll(() => server.close());

const joins = (by: Person, room: RoomId = room_id) =>
  by.asks(`/v1/rooms/${room}/join`, { method: "POST" });
const roomOf = (person: Person) => directRoomId(SYSTEM_USER, person.user_id);

/** What the deployment has said to somebody; nothing where there is no such room. */
async function hellos(to: Person): Promise<Message[]> {
  const reply = await to.asks(`/v1/rooms/${roomOf(to)}/messages`);
  if (reply.status === 404) return [];
  return (reply.json as MessagePage).messages.filter(({ author }) => author === SYSTEM_USER);
}
async function hello(to: Person): Promise<Message> {
  return vi.waitUntil(async () => (await hellos(to))[0], 10_000) as Promise<Message>;
}
const row = async (of: Person) =>
  (await server.env()).DIRECTORY.prepare(
    "SELECT welcomed_at, welcome_room FROM accounts WHERE user_id = ?1",
  )
    .bind(of.user_id)
    .first<{ welcomed_at: number | null; welcome_room: string | null }>();
/** Until what was begun for them is struck out. */
const isDone = async (of: Person) =>
  vi.waitUntil(async () => {
    const found = await row(of);
    return found?.welcomed_at !== null && found?.welcome_room === null;
  }, 10_000);
/** An answer does not wait for what follows it; this long nothing has followed. */
const nothingFollows = () => new Promise((resolve) => setTimeout(resolve, 500));

test("WEL-1 whoever comes into their first room is greeted by name, in a direct room with the deployment", async () => {
  const bo = await signUp(server.origin, "bo");
  await joins(bo);
  const said = await hello(bo);
  expect(said.text).toContain(`Hello <@${bo.user_id}>, welcome to The Tower.`);
  expect(said.text).toContain(`<#${room_id}>`);
  expect(said.text).toContain("`/remind <when> <text>`");
  expect(said.text).toContain(`This holds in <#${room_id}>:\n\n> Be kind.\n> No shouting.`);
  const state = async () => (await bo.asks("/v1/me/inbox")).json as InboxState;
  await vi.waitUntil(async () => (await state()).rooms.length === 2, 10_000);
  const direct = (await state()).rooms.find((room) => room.room_id === roomOf(bo));
  expect(direct).toMatchObject({ kind: "direct", with: SYSTEM_USER, badge: 1 });
  const users = (await bo.asks(`/v1/users?ids=${SYSTEM_USER}`)).json;
  expect(users).toMatchObject({ users: [{ kind: "system", handle: "quoth" }] });
});

test("WEL-2 that is said once: at another join not again, and once where two come together", async () => {
  const other = await ada.creates({ kind: "channel", name: "Raven" });
  const cy = await signUp(server.origin, "cy");
  await Promise.all([joins(cy), joins(cy, other), joins(cy), joins(cy, other)]);
  await hello(cy);
  await isDone(cy);
  const third = await ada.creates({ kind: "group", name: "Owl", members: [cy.user_id] });
  expect((await cy.asks(`/v1/rooms/${third}`)).status).toBe(200);
  await nothingFollows();
  expect(await hellos(cy)).toHaveLength(1);
});

test("WEL-3 it does not matter how one comes in, and a direct room is no first room", async () => {
  const names = ["created", "member", "added", "slashed", "invited", "direct"];
  const [created, member, added, slashed, invited, direct] = (await Promise.all(
    names.map((name) => signUp(server.origin, name)),
  )) as [Person, Person, Person, Person, Person, Person];
  await created.creates({ kind: "group", name: "Mine", members: [member.user_id] });
  const post = (path: string, body: object) => ada.asks(path, { method: "POST", body });
  await post(`/v1/rooms/${room_id}/members`, { user_id: added.user_id });
  await post(`/v1/rooms/${room_id}/slash`, { text: `/invite <@${slashed.user_id}>` });
  const invitation = (await post("/v1/me/invitations", { room_id })).json as { link: string };
  const token = invitation.link.slice(invitation.link.indexOf("#") + 1);
  await invited.asks("/v1/invitations/accept", { method: "POST", body: { token } });
  await direct.creates({ kind: "direct", with: ada.user_id });
  for (const one of [created, member, added, slashed, invited]) await hello(one);
  expect(await hellos(direct)).toEqual([]);
  // Without guidelines there is nothing to quote.
  expect((await hello(created)).text).not.toContain("This holds");
});

test("WEL-4 what was cut short is taken up again, from wherever it was", async () => {
  const [never, half] = await Promise.all([
    signUp(server.origin, "never"),
    signUp(server.origin, "half"),
  ]);
  await joins(half);
  await hello(half);
  await isDone(half);
  const { DIRECTORY } = await server.env();
  // Noted, and then nothing; and all of it said, but not struck out.
  for (const one of [never, half])
    await DIRECTORY.prepare(
      "UPDATE accounts SET welcome_room = ?2, welcomed_at = NULL WHERE user_id = ?1",
    )
      .bind(one.user_id, room_id)
      .run();
  await server.worker.scheduled({ cron: "*/15 * * * *", scheduledTime: new Date() });
  await hello(never);
  for (const one of [never, half]) await isDone(one);
  expect(await hellos(never)).toHaveLength(1);
  expect(await hellos(half)).toHaveLength(1);
});

test("WEL-5 where it fails the request does not, and the next join makes up for it", async () => {
  const { DIRECTORY } = await server.env();
  await DIRECTORY.exec(
    "CREATE TRIGGER no_welcome BEFORE UPDATE OF welcome_room ON accounts BEGIN SELECT RAISE(ABORT, 'not now'); END",
  );
  const dee = await signUp(server.origin, "dee");
  expect((await joins(dee)).status).toBe(200);
  const failed = () =>
    server.harness.getLogs().some(({ message }) => message.includes("afterwards.failed"));
  await vi.waitUntil(failed, 10_000);
  await DIRECTORY.exec("DROP TRIGGER no_welcome");
  expect(await hellos(dee)).toEqual([]);
  await joins(dee, await ada.creates({ kind: "channel", name: "Later" }));
  await hello(dee);
});

test("WEL-6 one writes there and nobody answers; whom one lets write does not matter", async () => {
  const eve = await signUp(server.origin, "eve");
  const shy = { method: "PATCH", body: { direct_from: "contacts" } };
  expect((await eve.asks("/v1/me/settings", shy)).status).toBe(200);
  expect((await eve.asks(`/v1/me/blocks/${SYSTEM_USER}`, { method: "PUT" })).status).toBe(200);
  await joins(eve);
  await hello(eve);
  await eve.sends(roomOf(eve), "Thank you");
  await nothingFollows();
  const page = (await eve.asks(`/v1/rooms/${roomOf(eve)}/messages`)).json as MessagePage;
  expect(page.messages.map(({ author }) => author)).toEqual([SYSTEM_USER, eve.user_id]);
  const asked = { method: "POST", body: { kind: "direct", with: SYSTEM_USER } };
  expect((await eve.asks("/v1/rooms", asked)).json).toMatchObject({ room_id: roomOf(eve) });
});

test("WEL-6 guests are greeted, and programs are not", async () => {
  const made = await ada.asks("/v1/bots", {
    method: "POST",
    body: { handle: "helper", display_name: "Helper" },
  });
  const bot = (made.json as { user_id: Person["user_id"] }).user_id;
  await ada.asks(`/v1/rooms/${room_id}/members`, { method: "POST", body: { user_id: bot } });
  await nothingFollows();
  const { DIRECTORY } = await server.env();
  const found = await DIRECTORY.prepare(
    "SELECT welcomed_at, welcome_room FROM accounts WHERE user_id = ?1",
  )
    .bind(bot)
    .first();
  expect(found).toEqual({ welcomed_at: null, welcome_room: null });
  const link = (
    await ada.asks("/v1/me/invitations", { method: "POST", body: { room_id, guest: true } })
  ).json as { link: string };
  const invitation = link.link.slice(link.link.indexOf("#") + 1);
  const guest = await fetch(`${server.origin}/v1/auth/guest`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ invitation, display_name: "A guest" }),
  });
  const { user } = (await guest.json()) as { user: { user_id: Person["user_id"] } };
  await vi.waitUntil(async () => {
    const account = DIRECTORY.prepare("SELECT welcomed_at FROM accounts WHERE user_id = ?1");
    return (await account.bind(user.user_id).first<number>("welcomed_at")) !== null;
  }, 10_000);
});

test("WEL-7 nobody can sign in as the deployment, or be called as it is", async () => {
  const login = (body: object) =>
    fetch(`${server.origin}/v1/auth/login`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  expect((await login({ handle: "quoth", password: "anything at all" })).status).not.toBe(200);
  await expect(signUp(server.origin, "quoth")).rejects.toThrow();
});

test("WEL-8 where the operator has switched it off, nobody is greeted and nothing is noted", async () => {
  const quiet = await startServer();
  try {
    const bo = await signUp(quiet.origin, "bo");
    await bo.creates({ kind: "group", name: newId("room") });
    await nothingFollows();
    expect((await bo.asks(`/v1/rooms/${roomOf(bo)}`)).status).toBe(404);
    const { DIRECTORY } = await quiet.env();
    const noted = "SELECT count(*) AS noted FROM accounts WHERE welcome_room IS NOT NULL";
    expect(await DIRECTORY.prepare(noted).first("noted")).toBe(0);
  } finally {
    await quiet.close();
  }
});
