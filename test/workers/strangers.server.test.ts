import { afterAll, beforeAll, expect, test } from "vitest";
import type { RoomId } from "../../schema/ids.ts";
import { messageIdOf, newId } from "../../schema/ids.ts";
import { startServer } from "../support/harness.ts";
import type { Server } from "../support/harness.ts";
import { openApi } from "../../workers/api/api.ts";
import type { Person } from "./person.ts";
import { ask, problemOf, signUp } from "./person.ts";

/** Every route there is, walked as somebody who has no business there. A new route is in this list by itself. */
const routes = Object.entries(openApi().paths).flatMap(([path, methods]) =>
  Object.keys(methods).map((method) => ({
    path,
    method: method.toUpperCase(),
    name: `${method.toUpperCase()} ${path}`,
  })),
);

/** Open to everybody; the socket's route has its ticket in place of a token. */
const publicRoutes = new Set([
  "POST /v1/auth/register",
  "POST /v1/auth/login",
  "POST /v1/auth/logout",
  "GET /v1/keys",
  "GET /v1/health/live",
  "GET /v1/health/ready",
  "GET /v1/openapi.json",
  "GET /v1/rooms/{room_id}/socket",
]);
const guarded = routes.filter(({ name }) => !publicRoutes.has(name));
const ofRooms = guarded.filter(({ path }) => path.includes("{room_id}"));

/** Bodies that are right, so that nothing but the person stands in the way. */
const bodies = (): Record<string, object> => ({
  "POST /v1/tickets": { room_id },
  "POST /v1/rooms": { kind: "group", name: "x" },
  "POST /v1/rooms/{room_id}/members": { user_id: eve.user_id },
  "POST /v1/rooms/{room_id}/messages": { text: "let me in" },
  "PATCH /v1/rooms/{room_id}/messages/{message_id}": { text: "mine now" },
});

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
});
afterAll(() => server.close());

const filled = (path: string, room: RoomId = room_id) =>
  path.replace("{room_id}", room).replace("{message_id}", messageIdOf(command_id));
const bodyOf = (name: string) => {
  const body = bodies()[name];
  return body === undefined ? {} : { body };
};
const position = async () =>
  ((await ada.asks(`/v1/rooms/${room_id}`)).json as { position: unknown }).position;

test("API-9 the list of public routes names routes that exist, and the walk has all the others", () => {
  expect([...publicRoutes].filter((name) => !routes.some((route) => route.name === name))).toEqual(
    [],
  );
  expect(guarded.length).toBeGreaterThan(12);
  expect(ofRooms.length).toBeGreaterThan(8);
});

for (const { name, method, path } of guarded) {
  test(`API-9 signed out: ${name}`, async () => {
    const right = await ask(server.origin, filled(path), { method, ...bodyOf(name) });
    expect(right.status).toBe(401);
    expect(problemOf(right).code).toBe("unauthenticated");
    // Nor does a stranger learn what the route would think of the rest.
    const wrong = await ask(server.origin, `${filled(path)}?nonsense=1`, {
      method,
      ...(method === "GET" ? {} : { body: "{" }),
    });
    expect(problemOf(wrong).code).toBe("unauthenticated");
  });
}

for (const { name, method, path } of ofRooms) {
  test(`API-10 signed in and not a member: ${name}`, async () => {
    const before = await position();
    const stranger = await eve.asks(filled(path), { method, ...bodyOf(name) });
    const nowhere = await eve.asks(filled(path, newId("room")), { method, ...bodyOf(name) });
    const told = [stranger, nowhere].map((reply) => ({ ...problemOf(reply), request_id: "" }));
    expect(told[0]).toMatchObject({ status: 404, code: "not_found" });
    expect(told[1]).toEqual(told[0]);
    expect(stranger.text).not.toContain("for members");
    expect(await position()).toEqual(before);
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
