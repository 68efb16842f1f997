import { afterAll, beforeAll, expect, test } from "vitest";
import type { Invitation } from "../../schema/http-account.ts";
import type { RoomView } from "../../schema/http.ts";
import type { RoomId, UserId } from "../../schema/ids.ts";
import { newId } from "../../schema/ids.ts";
import type { InboxState } from "../../schema/inbox.ts";
import { limits } from "../../schema/limits.ts";
import { FOREIGN_ORIGIN, startServer } from "../support/harness.ts";
import type { Server } from "../support/harness.ts";
import { about, letterTo, tokenIn } from "./mailbox.ts";
import type { Person } from "./person.ts";
import { addressFor, ask, personOf, problemOf, signUp } from "./person.ts";

let server: Server;
let ada: Person;
let bo: Person;
let room_id: RoomId;
beforeAll(async () => {
  server = await startServer({ vars: { GUESTS: "on", MINIMUM_AGE: "13" } });
  const birth_date = "1990-01-31";
  [ada, bo] = await Promise.all([
    signUp(server.origin, "ada", { birth_date }),
    signUp(server.origin, "bo", { birth_date }),
  ]);
  room_id = await ada.creates({ kind: "group", name: "Lighthouse", members: [bo.user_id] });
});
afterAll(() => server.close());

interface Made {
  token: string;
  invitation: Invitation;
}
const person = (handle: string) => signUp(server.origin, handle, { birth_date: "1990-01-31" });
const asking = (by: Person, body: object) =>
  by.asks("/v1/me/invitations", { method: "POST", body });
async function invites(by: Person, body: object): Promise<Made> {
  const reply = await asking(by, body);
  const { link, invitation } = reply.json as { link: string; invitation: Invitation };
  expect(link.startsWith(`${server.origin}/invite#`)).toBe(true);
  return { token: link.slice(link.indexOf("#") + 1), invitation };
}
const views = (token: string, from = "viewer") =>
  ask(server.origin, "/v1/invitations/view", {
    method: "POST",
    body: { token },
    headers: { "cf-connecting-ip": addressFor(from) },
  });
const accepts = (by: Person, token: string) =>
  by.asks("/v1/invitations/accept", { method: "POST", body: { token } });
const enters = (invitation: string, more: object = {}) =>
  ask(server.origin, "/v1/auth/guest", {
    method: "POST",
    body: { invitation, display_name: "A guest", birth_date: "1990-01-31", ...more },
    headers: { "cf-connecting-ip": addressFor(invitation) },
  });
const listed = async (by: Person) =>
  ((await by.asks("/v1/me/invitations")).json as { invitations: Invitation[] }).invitations;
const membersOf = async (room: RoomId): Promise<UserId[]> => {
  const view = (await ada.asks(`/v1/rooms/${room}`)).json as RoomView;
  return view.members.map((member) => member.user_id);
};

test("INV-1 an invitation is shown to its maker without its secret, and revoked by its maker only", async () => {
  const { token, invitation } = await invites(ada, { room_id, uses: 3 });
  const mine = await listed(ada);
  expect(mine).toContainEqual(invitation);
  expect(invitation).toMatchObject({ room_id, guest: false, mail: null, uses_left: 3 });
  expect(JSON.stringify(mine)).not.toContain(token);
  const stored = await (await server.env()).DIRECTORY.prepare("SELECT * FROM invitations").all();
  expect(JSON.stringify(stored.results)).not.toContain(token);
  const path = `/v1/me/invitations/${invitation.invitation_id}`;
  expect(problemOf(await bo.asks(path, { method: "DELETE" })).code).toBe("not_found");
  expect(await listed(bo)).toEqual([]);
  expect((await ada.asks(path, { method: "DELETE" })).status).toBe(204);
  expect(problemOf(await ada.asks(path, { method: "DELETE" })).code).toBe("not_found");
  expect(problemOf(await views(token)).code).toBe("link_refused");
});

test("INV-2 to a room invites who may add people to it", async () => {
  const eve = await person("eve");
  const direct = await ada.creates({ kind: "direct", with: bo.user_id });
  expect(problemOf(await asking(eve, { room_id })).code).toBe("not_found");
  expect(problemOf(await asking(ada, { room_id: newId("room") })).code).toBe("not_found");
  expect(problemOf(await asking(bo, { room_id })).code).toBe("not_allowed");
  expect(problemOf(await asking(ada, { room_id: direct })).code).toBe("not_allowed");
});

test("INV-3 whoever holds an invitation sees who invites and to what, and of one that does not hold nothing", async () => {
  const { token, invitation } = await invites(ada, { room_id });
  expect((await views(token)).json).toMatchObject({
    inviter: { user_id: ada.user_id, handle: "ada" },
    room_id,
    guest: false,
  });
  await (
    await server.env()
  ).DIRECTORY.prepare("UPDATE invitations SET expires_at = 1 WHERE invitation_id = ?")
    .bind(invitation.invitation_id)
    .run();
  for (const wrong of [token, "x".repeat(43)]) {
    expect(problemOf(await views(wrong)).code).toBe("link_refused");
    expect(problemOf(await accepts(bo, wrong)).code).toBe("link_refused");
    expect(problemOf(await enters(wrong)).code).toBe("link_refused");
  }
  expect(await listed(ada)).not.toContainEqual(invitation);
});

test("INV-4 following it makes a member, once, and takes one use, however often it is followed", async () => {
  const cy = await person("cy");
  const { token, invitation } = await invites(ada, { room_id, uses: 2 });
  const first = await accepts(cy, token);
  expect(first.json).toEqual({ user_id: ada.user_id, room_id });
  expect(await membersOf(room_id)).toContain(cy.user_id);
  expect((await accepts(cy, token)).json).toEqual(first.json);
  // Who is in already comes to where they are.
  expect((await accepts(bo, token)).status).toBe(200);
  const di = await person("di");
  expect(problemOf(await accepts(di, token)).code).toBe("link_refused");
  expect((await accepts(cy, token)).status).toBe(200);
  expect(await membersOf(room_id)).not.toContain(di.user_id);
  expect(await listed(ada)).not.toContainEqual(
    expect.objectContaining({ invitation_id: invitation.invitation_id }),
  );
});

test("INV-5 of those who follow the last use at once, one comes in", async () => {
  const { token } = await invites(ada, { room_id });
  const people = await Promise.all(["ed", "flo", "gabi", "hal"].map(person));
  const replies = await Promise.all(people.map((one) => accepts(one, token)));
  expect(replies.map((reply) => reply.status).toSorted()).toEqual([200, 410, 410, 410]);
  const inside = await membersOf(room_id);
  expect(people.filter((one) => inside.includes(one.user_id))).toHaveLength(1);
});

test("INV-6 an inviter who may add nobody any more lets nobody in, and the use is not taken", async () => {
  const ina = await person("ina");
  const own = await ina.creates({ kind: "group", name: "Ina's", members: [ada.user_id] });
  const { token } = await invites(ina, { room_id: own });
  await ina.asks(`/v1/rooms/${own}/leave`, { method: "POST" });
  expect(problemOf(await accepts(bo, token)).code).toBe("link_refused");
  expect(await listed(ina)).toMatchObject([{ uses_left: 1 }]);
  expect(problemOf(await accepts(ina, token)).code).toBe("link_refused");
});

test("INV-7 without a room the two become contacts of one another", async () => {
  const jo = await person("jo");
  const { token } = await invites(ada, {});
  expect((await accepts(jo, token)).json).toEqual({ user_id: ada.user_id, room_id: null });
  const contact = async (of: Person, other: Person) =>
    ((await of.asks("/v1/me/inbox")).json as InboxState).contacts.find(
      (one) => one.user_id === other.user_id,
    )?.state;
  await expect.poll(() => contact(jo, ada)).toBe("contact");
  await expect.poll(() => contact(ada, jo)).toBe("contact");
});

test("INV-8 an invitation by mail is sent there, and is for one person", async () => {
  const { invitation } = await invites(ada, { mail: "Guest@Example.org", uses: 5 });
  expect(invitation).toMatchObject({ mail: "Guest@Example.org", uses_left: 1 });
  const letter = await letterTo(server.origin, "Guest@Example.org", about.invitation);
  const kim = await person("kim");
  expect((await accepts(kim, tokenIn(letter))).status).toBe(200);
  const codes = await Promise.all(
    Array.from({ length: limits.mails_per_minute + 1 }, () =>
      asking(bo, { mail: "flood@example.org" }),
    ),
  );
  expect(codes.map((reply) => reply.status)).toContain(429);
});

test("INV-9 a person has so many open invitations and no more", async () => {
  const lou = await person("lou");
  const { DIRECTORY } = await server.env();
  const row = DIRECTORY.prepare(
    "INSERT INTO invitations VALUES (?1, ?1, ?2, NULL, 0, NULL, 1, 1, ?3)",
  );
  const until = Date.now() + 60_000;
  await DIRECTORY.batch(
    Array.from({ length: limits.invitations - 1 }, (_, at) =>
      row.bind(`lou-${at}`, lou.user_id, until),
    ),
  );
  const { invitation } = await invites(lou, {});
  expect(problemOf(await asking(lou, {})).code).toBe("too_many");
  await lou.asks(`/v1/me/invitations/${invitation.invitation_id}`, { method: "DELETE" });
  expect((await asking(lou, {})).status).toBe(201);
});

test("INV-10 a guest comes in by an invitation for guests, and is in that room", async () => {
  const { token } = await invites(ada, { room_id, guest: true });
  const reply = await enters(token);
  expect(reply.status).toBe(201);
  const guest = personOf(server.origin, "guest", reply);
  expect(guest.session.user).toMatchObject({ kind: "guest", display_name: "A guest" });
  expect(guest.session.user.handle).toMatch(/^guest-/);
  expect(await membersOf(room_id)).toContain(guest.user_id);
  await guest.sends(room_id, "Good evening");
  // It was for one.
  expect(problemOf(await enters(token)).code).toBe("link_refused");
});

test("INV-12 an invitation that is not for guests lets none in, and a guest's age is asked for as anyone's", async () => {
  const { token } = await invites(ada, { room_id });
  expect(problemOf(await enters(token)).code).toBe("link_refused");
  expect(problemOf(await asking(ada, { guest: true })).code).toBe("invalid");
  const open = await invites(ada, { room_id, guest: true });
  expect(problemOf(await enters(open.token, { birth_date: undefined })).field).toBe("birth_date");
  for (const birth_date of ["1990-02-31", "1990-13-01", "31.01.1990"])
    expect(problemOf(await enters(open.token, { birth_date }))).toMatchObject({
      code: "invalid",
      field: "birth_date",
    });
  expect(problemOf(await enters(open.token, { birth_date: "2020-01-01" })).code).toBe("too_young");
  expect((await views(open.token)).status).toBe(200);
  const guests = await (
    await server.env()
  ).DIRECTORY.prepare(
    "SELECT count(*) AS n FROM accounts WHERE kind = 'guest' AND display_name = 'Too young'",
  ).first();
  expect(guests).toEqual({ n: 0 });
});

test("INV-13 a room that lets no guest in leaves no account behind", async () => {
  const mia = await person("mia");
  const own = await mia.creates({ kind: "group", name: "Mia's", members: [ada.user_id] });
  const { token } = await invites(mia, { room_id: own, guest: true });
  await mia.asks(`/v1/rooms/${own}/leave`, { method: "POST" });
  expect(problemOf(await enters(token, { display_name: "Nobody" })).code).toBe("link_refused");
  const left = await (
    await server.env()
  ).DIRECTORY.prepare("SELECT count(*) AS n FROM accounts WHERE display_name = 'Nobody'").first();
  expect(left).toEqual({ n: 0 });
});

test.each([
  ["POST", "/v1/me/invitations", { uses: 0 }],
  ["POST", "/v1/me/invitations", { uses: limits.invitation_uses + 1 }],
  ["POST", "/v1/me/invitations", { room_id: "room_1" }],
  ["POST", "/v1/me/invitations", { mail: "nobody" }],
  ["POST", "/v1/me/invitations", { inviter: "user_1" }],
  ["POST", "/v1/invitations/accept", {}],
  ["POST", "/v1/invitations/accept", { token: "short" }],
  ["POST", "/v1/invitations/view", { token: 1 }],
  ["POST", "/v1/auth/guest", { display_name: "x" }],
  ["POST", "/v1/auth/guest", { invitation: "x".repeat(43), display_name: "x", kind: "person" }],
])("INV-14 %s %s with %j is refused for its form", async (method, path, body) => {
  expect(problemOf(await ada.asks(path, { method, body })).code).toBe("invalid");
});

test("INV-14 an invitation's id that is none names nothing, and another's page may not come with our cookie", async () => {
  const nothing = await ada.asks("/v1/me/invitations/zq", { method: "DELETE" });
  expect(problemOf(nothing).code).toBe("not_found");
  const foreign = await ada.asksByCookie("/v1/invitations/accept", {
    method: "POST",
    body: { token: "x".repeat(43) },
    headers: { origin: FOREIGN_ORIGIN },
  });
  expect(problemOf(foreign).code).toBe("bad_origin");
});

test("INV-15 where there are no guests, none is invited and none comes in", async () => {
  const closed = await startServer();
  try {
    const host = await signUp(closed.origin, "host");
    const own = await host.creates({ kind: "group", name: "Private" });
    const wanted = await host.asks("/v1/me/invitations", {
      method: "POST",
      body: { room_id: own, guest: true },
    });
    expect(problemOf(wanted).code).toBe("not_allowed");
    const coming = await ask(closed.origin, "/v1/auth/guest", {
      method: "POST",
      body: { invitation: "x".repeat(43), display_name: "A guest" },
    });
    expect(problemOf(coming).code).toBe("registration_closed");
  } finally {
    await closed.close();
  }
});
