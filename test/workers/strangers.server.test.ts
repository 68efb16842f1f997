import { afterAll, beforeAll, expect, test } from "vitest";
import * as v from "valibot";
import { CreatedInvitationSchema } from "../../schema/http-account.ts";
import type { RoomId } from "../../schema/ids.ts";
import { messageIdOf, newId } from "../../schema/ids.ts";
import { UserSchema } from "../../schema/user.ts";
import { startServer } from "../support/harness.ts";
import type { Server } from "../support/harness.ts";
import type { Person } from "./person.ts";
import { ask, problemOf, signUp } from "./person.ts";
import type { Route } from "./routes.ts";
import { filled, routes } from "./routes.ts";

/** Open to everybody; the sockets' routes have their tickets in place of a token. */
const publicRoutes = new Set([
  "POST /v1/auth/register",
  "POST /v1/auth/login",
  "GET /v1/auth/offers",
  "POST /v1/auth/refresh",
  "POST /v1/auth/logout",
  "POST /v1/auth/mail/verify",
  "POST /v1/auth/password/forgot",
  "POST /v1/auth/password/reset",
  "POST /v1/auth/guest",
  "POST /v1/invitations/view",
  "POST /v1/auth/passkeys/register/options",
  "POST /v1/auth/passkeys/register",
  "POST /v1/auth/passkeys/login/options",
  "POST /v1/auth/passkeys/login",
  "GET /v1/auth/oidc/{provider_id}/begin",
  "GET /v1/auth/oidc/callback",
  "POST /v1/auth/oidc/code",
  "GET /v1/keys",
  "GET /v1/health/live",
  "GET /v1/health/ready",
  "GET /v1/openapi.json",
  "GET /v1/rooms/{room_id}/socket",
  "GET /v1/me/inbox/socket",
]);
const guarded = routes.filter(({ name }) => !publicRoutes.has(name));
const ofRooms = guarded.filter(({ path }) => path.startsWith("/v1/rooms/{room_id}"));
/** What belongs to one person alone, and is named in the path. */
const ofOthers = guarded.filter(({ path }) =>
  /\{(device_id|passkey_id|identity_id|invitation_id)\}|^\/v1\/bots\/\{user_id\}/.test(path),
);

let server: Server;
let ada: Person;
let eve: Person;
let room_id: RoomId;
const command_id = newId("command");

beforeAll(async () => {
  server = await startServer();
  [ada, eve] = await Promise.all([signUp(server.origin, "ada"), signUp(server.origin, "eve")]);
  room_id = await ada.creates({ kind: "group", name: "Private" });
  await ada.sends(room_id, "for members", command_id);
  const bot = await ada.asks("/v1/bots", {
    method: "POST",
    body: { handle: "helper", display_name: "Helper" },
  });
  const invitation = await ada.asks("/v1/me/invitations", { method: "POST", body: {} });
  ids = {
    message_id: messageIdOf(command_id),
    device_id: ada.session.device_id,
    user_id: v.parse(UserSchema, bot.json).user_id,
    invitation_id: v.parse(CreatedInvitationSchema, invitation.json).invitation.invitation_id,
    passkey_id: "AQIDBAUGBwgJCgsMDQ4PEA",
    emoji: "👍",
    identity_id: "AQIDBAUGBwgJCgsMDQ4PEA",
  };
});
afterAll(() => server.close());

/** Ada's, every one of them. */
let ids: Record<string, string>;
const at = (path: string, room: RoomId = room_id) => filled(path, { ...ids, room_id: room });
const bodyOf = ({ name, body }: Route) => {
  // Whoever walks here has signed in just now, and has a password of their own.
  const { current_password: _, ...right } = body ?? {};
  if (name === "POST /v1/rooms/{room_id}/members") return { body: { user_id: eve.user_id } };
  return body === undefined ? {} : { body: right };
};
const position = async () =>
  ((await ada.asks(`/v1/rooms/${room_id}`)).json as { position: unknown }).position;

test("API-9 the public routes are those of this list, and the walks have all the others", () => {
  expect(
    routes
      .filter(({ isPublic }) => isPublic)
      .map(({ name }) => name)
      .toSorted(),
  ).toEqual([...publicRoutes].toSorted());
  expect(guarded.length).toBeGreaterThan(40);
  expect(ofRooms.length).toBeGreaterThan(8);
  expect(ofOthers.length).toBeGreaterThan(6);
});

for (const route of guarded) {
  const { name, method, path } = route;
  test(`API-9 signed out: ${name}`, async () => {
    const right = await ask(server.origin, at(path), { method, ...bodyOf(route) });
    expect(right.status).toBe(401);
    expect(problemOf(right).code).toBe("unauthenticated");
    // Nor does a stranger learn what the route would think of the rest.
    const wrong = await ask(server.origin, `${at(path)}?nonsense=1`, {
      method,
      ...(method === "GET" ? {} : { body: "{" }),
    });
    expect(problemOf(wrong).code).toBe("unauthenticated");
  });
}

for (const route of ofRooms) {
  const { name, method, path } = route;
  test(`API-10 signed in and not a member: ${name}`, async () => {
    const before = await position();
    const stranger = await eve.asks(at(path), { method, ...bodyOf(route) });
    const nowhere = await eve.asks(at(path, newId("room")), { method, ...bodyOf(route) });
    const told = [stranger, nowhere].map((reply) => ({ ...problemOf(reply), request_id: "" }));
    expect(told[0]).toMatchObject({ status: 404, code: "not_found" });
    expect(told[1]).toEqual(told[0]);
    expect(stranger.text).not.toContain("for members");
    expect(await position()).toEqual(before);
  });
}

for (const route of ofOthers) {
  const { name, method, path } = route;
  test(`DEV-4 TOK-12 TOK-14 signed in as somebody else: ${name}`, async () => {
    const theirs = await eve.asks(at(path), { method, ...bodyOf(route) });
    expect(problemOf(theirs)).toMatchObject({ status: 404, code: "not_found" });
    // Nothing of Ada's has gone.
    expect(
      (await ada.asks("/v1/rooms", { method: "POST", body: { kind: "group", name: "x" } })).status,
    ).toBe(201);
    expect((await ada.asks("/v1/bots")).json).toMatchObject({ bots: [{ handle: "helper" }] });
  });
}

test("TICKET-1 who is not a member gets no ticket, and who has left gets none any more", async () => {
  const reply = await eve.asks("/v1/tickets", { method: "POST", body: { room_id } });
  expect(problemOf(reply).code).toBe("not_found");
  expect(
    problemOf(await eve.asks("/v1/tickets", { method: "POST", body: { room_id: newId("room") } }))
      .code,
  ).toBe("not_found");
  const shared = await ada.creates({ kind: "group", name: "Shared", members: [eve.user_id] });
  expect(
    (await eve.asks("/v1/tickets", { method: "POST", body: { room_id: shared } })).status,
  ).toBe(201);
  await eve.asks(`/v1/rooms/${shared}/leave`, { method: "POST" });
  expect(
    problemOf(await eve.asks("/v1/tickets", { method: "POST", body: { room_id: shared } })).code,
  ).toBe("not_found");
});
