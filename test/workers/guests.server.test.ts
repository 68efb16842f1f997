import { afterAll, beforeAll, expect, test } from "vitest";
import type { Invitation } from "../../schema/http-account.ts";
import type { RoomId } from "../../schema/ids.ts";
import { messageIdOf, newId } from "../../schema/ids.ts";
import { startServer } from "../support/harness.ts";
import type { Server } from "../support/harness.ts";
import type { Person } from "./person.ts";
import { addressFor, ask, personOf, problemOf, signUp } from "./person.ts";
import type { Route } from "./routes.ts";
import { filled, routes } from "./routes.ts";

/** What a guest may do, of all that asks who is there. A route that is not in this list is closed to them. */
const open = new Set([
  "GET /v1/me",
  "PATCH /v1/me",
  "GET /v1/me/devices",
  "DELETE /v1/me/devices/{device_id}",
  "GET /v1/users",
  "GET /v1/me/inbox",
  "PATCH /v1/me/rooms/{room_id}",
  "PUT /v1/me/rooms/{room_id}/draft",
  "PUT /v1/me/bookmarks/{room_id}/{message_id}",
  "DELETE /v1/me/bookmarks/{room_id}/{message_id}",
  "PATCH /v1/me/settings",
  "PUT /v1/me/status",
  "PUT /v1/me/mode",
  "DELETE /v1/me/contacts/{user_id}",
  "PUT /v1/me/blocks/{user_id}",
  "DELETE /v1/me/blocks/{user_id}",
  "POST /v1/tickets",
  "POST /v1/invitations/accept",
  "GET /v1/rooms/{room_id}",
  "PUT /v1/rooms/{room_id}/read",
  "GET /v1/rooms/{room_id}/messages",
  "POST /v1/rooms/{room_id}/messages",
  "PATCH /v1/rooms/{room_id}/messages/{message_id}",
  "POST /v1/rooms/{room_id}/messages/forward",
  "GET /v1/rooms/{room_id}/messages/{message_id}",
  "GET /v1/rooms/{room_id}/messages/{message_id}/thread",
  "PUT /v1/rooms/{room_id}/messages/{message_id}/thread/follow",
  "PUT /v1/rooms/{room_id}/messages/{message_id}/thread/read",
  "GET /v1/rooms/{room_id}/messages/{message_id}/readers",
  "GET /v1/rooms/{room_id}/messages/{message_id}/versions",
  "GET /v1/rooms/{room_id}/messages/{message_id}/text",
  "PUT /v1/rooms/{room_id}/messages/{message_id}/restore",
  "GET /v1/rooms/{room_id}/messages/{message_id}/reactions/{emoji}",
  "PUT /v1/rooms/{room_id}/messages/{message_id}/reactions/{emoji}",
  "DELETE /v1/rooms/{room_id}/messages/{message_id}/reactions/{emoji}",
  "PUT /v1/rooms/{room_id}/messages/{message_id}/pin",
  "DELETE /v1/rooms/{room_id}/messages/{message_id}/pin",
  "DELETE /v1/rooms/{room_id}/messages/{message_id}",
  "GET /v1/rooms/{room_id}/members",
  "GET /v1/rooms/{room_id}/pins",
  "GET /v1/rooms/{room_id}/threads",
  "PUT /v1/rooms/{room_id}/delivered",
  "PUT /v1/rooms/{room_id}/unread",
  "GET /v1/rooms/{room_id}/badge/explain",
  "PUT /v1/rooms/{room_id}/typing",
  "GET /v1/rooms/{room_id}/scheduled",
  "POST /v1/rooms/{room_id}/scheduled",
  "DELETE /v1/rooms/{room_id}/scheduled/{schedule_id}",
  "POST /v1/rooms/{room_id}/slash",
  "GET /v1/me/mentions",
  "PUT /v1/me/read",
  "GET /v1/me/reminders",
  "POST /v1/me/reminders",
  "DELETE /v1/me/reminders/{reminder_id}",
  "GET /v1/rooms/{room_id}/events",
  "PUT /v1/users/{user_id}/verified",
  "DELETE /v1/users/{user_id}/sessions",
  // Last, since a guest is not there any more afterwards.
  "POST /v1/rooms/{room_id}/leave",
  "DELETE /v1/me",
]);
const guarded = routes.filter(({ isPublic }) => !isPublic);
const routeNamed = (name: string): Route => guarded.find((route) => route.name === name)!;

let server: Server;
let ada: Person;
let guest: Person;
let room_id: RoomId;
const command_id = newId("command");

beforeAll(async () => {
  const elsewhere = { provider_id: "elsewhere", name: "Elsewhere", client_id: "quoth" };
  const OIDC_PROVIDERS = JSON.stringify([{ ...elsewhere, issuer: "http://localhost:9" }]);
  server = await startServer({ vars: { GUESTS: "on", OIDC_PROVIDERS } });
  ada = await signUp(server.origin, "ada");
  room_id = await ada.creates({ kind: "group", name: "Lighthouse" });
  const made = await ada.asks("/v1/me/invitations", {
    method: "POST",
    body: { room_id, guest: true },
  });
  const { link } = made.json as { link: string; invitation: Invitation };
  const entered = await ask(server.origin, "/v1/auth/guest", {
    method: "POST",
    body: { invitation: link.slice(link.indexOf("#") + 1), display_name: "Visitor" },
    headers: { "cf-connecting-ip": addressFor("visitor") },
  });
  guest = personOf(server.origin, "visitor", entered);
  await guest.sends(room_id, "Good evening", command_id);
});
afterAll(() => server.close());

/** Right as far as can be: what is refused is refused for who asks. */
const soon = Date.now() + 3_600_000;
const bodies: Record<string, object> = {
  "POST /v1/rooms/{room_id}/messages": { text: "Good night" },
  "POST /v1/rooms/{room_id}/scheduled": { text: "Good morning", send_at: soon },
  "POST /v1/rooms/{room_id}/slash": { text: "/help" },
  "PATCH /v1/me": { display_name: "A visitor", pronouns: "they" },
  "POST /v1/tickets": { room_id: null },
  "POST /v1/rooms": { kind: "group", name: "Mine" },
  "PUT /v1/rooms/{room_id}/read": { seq: 1 },
};
function asks({ name, method, path, body }: Route) {
  const ids = {
    message_id: messageIdOf(command_id),
    user_id: ada.user_id,
    emoji: "👍",
    schedule_id: newId("schedule"),
    reminder_id: newId("reminder"),
  };
  const { current_password: _, ...example } = body ?? {};
  const query = name === "GET /v1/users" ? `?ids=${ada.user_id}` : "";
  const reminder = { room_id, note: "Lamp", at: soon };
  const sent = name === "POST /v1/me/reminders" ? reminder : (bodies[name] ?? (body && example));
  return guest.asks(filled(path, { ...ids, room_id }) + query, {
    method,
    ...(sent ? { body: sent } : {}),
  });
}

for (const route of guarded.filter(({ name }) => !open.has(name)))
  test(`INV-11 closed to a guest: ${route.name}`, async () => {
    const reply = await asks(route);
    expect([reply.status, problemOf(reply).code]).toEqual([403, "not_allowed"]);
  });

test("INV-11 looking for people, or being called by a handle of one's choice, is closed on routes that are open", async () => {
  const renamed = (body: object) => guest.asks("/v1/me", { method: "PATCH", body });
  const replies = await Promise.all([
    guest.asks("/v1/users?handle=ada"),
    renamed({ handle: "adah" }),
    renamed({ display_name: "Fine", handle: "adah" }),
    renamed({ fields: [{ name: "Employer", value: "This deployment" }] }),
  ]);
  for (const reply of replies) expect(problemOf(reply).code).toBe("not_allowed");
  const { handle } = ((await guest.asks("/v1/me")).json as { user: { handle: string } }).user;
  expect(handle).toMatch(/^guest-/);
});

test("INV-11 nor is an account made of a visit by another service", async () => {
  const begun = await fetch(`${server.origin}/v1/auth/oidc/elsewhere/begin?link=1`, {
    headers: {
      authorization: `Bearer ${guest.session.access_token}`,
      "sec-fetch-site": "same-origin",
    },
    redirect: "manual",
  });
  expect(begun.headers.get("location")).toBe("/account#sign-in-failed=not_allowed");
});

// Everything that is there for a guest has an effect, but for these: no such device, invitation, or operator; nothing to
// take back; and what a guest's role in their room does not allow.
const nothingThere: Record<string, string> = {
  "POST /v1/rooms/{room_id}/messages/forward": "not_found",
  "PUT /v1/rooms/{room_id}/messages/{message_id}/restore": "restore_window_over",
  "PUT /v1/rooms/{room_id}/messages/{message_id}/pin": "not_allowed",
  "DELETE /v1/rooms/{room_id}/messages/{message_id}/pin": "not_allowed",
  "DELETE /v1/rooms/{room_id}/scheduled/{schedule_id}": "not_found",
  "DELETE /v1/me/devices/{device_id}": "not_found",
  "POST /v1/invitations/accept": "link_refused",
  "PUT /v1/users/{user_id}/verified": "not_found",
  "DELETE /v1/users/{user_id}/sessions": "not_found",
};
for (const name of open)
  test(`INV-11 open to a guest: ${name}`, async () => {
    const reply = await asks(routeNamed(name));
    const code = reply.status < 300 ? "done" : problemOf(reply).code;
    expect(code).toBe(nothingThere[name] ?? "done");
  });
