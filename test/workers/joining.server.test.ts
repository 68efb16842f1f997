import { afterAll, expect, test } from "vitest";
import * as v from "valibot";
import { MeSchema, OffersSchema } from "../../schema/http-account.ts";
import { startServer } from "../support/harness.ts";
import type { Server } from "../support/harness.ts";
import { about, letterTo, tokenIn } from "./mailbox.ts";
import type { Person } from "./person.ts";
import { ask, cookieHeader, cookiesOf, PASSWORD, personOf, problemOf, signUp } from "./person.ts";

/** A deployment for each set of settings: tests that follow one another with the same ones share it. */
let server: Server;
let settings: string | null = null;
const started = async (vars: Record<string, string> = {}) => {
  const wanted = JSON.stringify(vars);
  if (wanted === settings) return;
  if (settings !== null) await server.close();
  server = await startServer({ vars });
  settings = wanted;
};
afterAll(() => server.close());

const register = (handle: string, more: object = {}, headers: Record<string, string> = {}) =>
  ask(server.origin, "/v1/auth/register", {
    method: "POST",
    body: { handle, password: PASSWORD, ...more },
    headers,
  });
const login = (body: object) => ask(server.origin, "/v1/auth/login", { method: "POST", body });
const rowsOf = async (sql: string) =>
  (await (await server.env()).DIRECTORY.prepare(sql).all()).results;
const meOf = async (person: Person) => v.parse(MeSchema, (await person.asks("/v1/me")).json);

test("ACC-1 ACC-2 ACC-6 ACC-7 ACC-10 ACC-11 at an open door", async () => {
  await started();
  const offers = await ask(server.origin, "/v1/auth/offers");
  expect(v.parse(OffersSchema, offers.json)).toEqual({
    registration: "open",
    guests: false,
    asks_birth_date: false,
    asks_mail: false,
    providers: [],
  });

  // A handle and a password are enough; what is given besides is kept.
  const bare = personOf(server.origin, "ada", await register("ada"));
  expect(bare.session.user).toMatchObject({
    kind: "person",
    handle: "ada",
    display_name: "ada",
    verified: false,
  });
  const named = await register("bo", { display_name: "Bo", mail: "bo@example.org" });
  const bo = personOf(server.origin, "bo", named);
  expect(bo.session.user.display_name).toBe("Bo");

  // Two that look alike are one handle: Cyrillic а for a, rn for m.
  for (const handle of ["ada", "ADA", "\u0430da"])
    expect(problemOf(await register(handle)).code, handle).toBe("handle_taken");
  expect((await register("mallory")).status).toBe(201);
  expect(problemOf(await register("rnallory")).code).toBe("handle_taken");

  // An address waits for its link, signs nobody in until then, and whether it is known shows nowhere.
  expect((await meOf(bo)).account).toMatchObject({ mail: null, mail_pending: "bo@example.org" });
  const byMail = { handle: "BO@example.org", password: PASSWORD };
  expect(problemOf(await login(byMail)).code).toBe("wrong_credentials");
  const { DIRECTORY } = await server.env();
  const prove =
    "UPDATE accounts SET mail = mail_pending, mail_key = mail_pending, mail_pending = NULL";
  await DIRECTORY.prepare(`${prove} WHERE handle = 'bo'`).run();
  expect(personOf(server.origin, "bo", await login(byMail)).user_id).toBe(bo.user_id);
  const again = await register("cy", { mail: "bo@example.org" });
  expect(again.status).toBe(201);
  expect(Object.keys(again.json as object)).toEqual(Object.keys(named.json as object));

  // A password alone makes nobody of an account that is no person's.
  for (const kind of ["bot", "gone", "system"]) {
    await DIRECTORY.prepare("UPDATE accounts SET kind = ?1 WHERE handle = 'ada'").bind(kind).run();
    const reply = await login({ handle: "ada", password: PASSWORD });
    expect(problemOf(reply).code, kind).toBe("wrong_credentials");
  }
});

test("ACC-1 a password that is guessed first is refused, and makes no account", async () => {
  await started();
  const weak = await register("weak", { password: "password123" });
  expect(problemOf(weak)).toMatchObject({ code: "weak_password" });
  expect(await rowsOf("SELECT * FROM accounts WHERE handle = 'weak'")).toEqual([]);
});

test("ACC-5 where no age is asked for, a date is not looked at", async () => {
  await started();
  expect((await register("newborn", { birth_date: "2024-01-01" })).status).toBe(201);
  expect((await signUp(server.origin, "dateless")).handle).toBe("dateless");
});

test("ACC-3 a closed deployment takes nobody, and an invited one whom an invitation lets in", async () => {
  await started({ REGISTRATION: "closed" });
  expect(problemOf(await register("ada")).code).toBe("registration_closed");
  expect(await rowsOf("SELECT * FROM accounts WHERE kind <> 'system'")).toEqual([]);

  await started({ REGISTRATION: "invited" });
  expect(problemOf(await register("ada")).code).toBe("registration_closed");
  const wrong = await register("ada", { invitation: "sixteen characters" });
  expect(problemOf(wrong).code).toBe("link_refused");
  const { createInvitations } = await import("../../workers/services/invitations.ts");
  const invitations = createInvitations((await server.env()).DIRECTORY);
  const { newId } = await import("../../schema/ids.ts");
  const made = await invitations.create({
    inviter: newId("user"),
    room_id: null,
    guest: false,
    mail: null,
    uses: 1,
  });
  const invitation = made?.token;
  const ada = personOf(server.origin, "ada", await register("ada", { invitation }));
  expect(ada.handle).toBe("ada");
  // It was good for one.
  expect(problemOf(await register("bo", { invitation })).code).toBe("link_refused");
});

test("ACC-3 an invitation is not used up by a handle that is taken", async () => {
  await started({ REGISTRATION: "invited" });
  const { createInvitations } = await import("../../workers/services/invitations.ts");
  const { newId } = await import("../../schema/ids.ts");
  const invitations = createInvitations((await server.env()).DIRECTORY);
  const wanted = { inviter: newId("user"), room_id: null, guest: false, mail: null };
  const two = await invitations.create({ ...wanted, uses: 2 });
  const invitation = two?.token;
  expect((await register("fay", { invitation })).status).toBe(201);
  expect(problemOf(await register("fay", { invitation })).code).toBe("handle_taken");
  expect((await register("gil", { invitation })).status).toBe(201);
});

test("ACC-4 ACC-11 where only certain domains may come in, an address of one is asked for", async () => {
  await started({ MAIL_DOMAINS: "example.org" });
  const { asks_mail } = v.parse(OffersSchema, (await ask(server.origin, "/v1/auth/offers")).json);
  expect(asks_mail).toBe(true);
  for (const more of [{}, { mail: "ada@evil.test" }, { mail: "ada@notexample.org" }])
    expect(problemOf(await register("ada", more)).code).toBe("mail_not_allowed");
  // The account is made, and it is the proof of its address that opens it.
  const made = await register("ada", { mail: "ada@Example.org" });
  expect(problemOf(made).code).toBe("mail_unproved");
  expect(made.headers.getSetCookie()).toEqual([]);
  const login = () =>
    ask(server.origin, "/v1/auth/login", {
      method: "POST",
      body: { handle: "ada", password: PASSWORD },
    });
  expect(problemOf(await login()).code).toBe("mail_unproved");
  const token = tokenIn(await letterTo(server.origin, "ada@Example.org", about.verify));
  await ask(server.origin, "/v1/auth/mail/verify", { method: "POST", body: { token } });
  expect((await login()).status).toBe(200);
});

test("ACC-5 where an age is asked for, it is judged and forgotten, and asked once", async () => {
  await started({ MINIMUM_AGE: "16" });
  const { asks_birth_date } = v.parse(
    OffersSchema,
    (await ask(server.origin, "/v1/auth/offers")).json,
  );
  expect(asks_birth_date).toBe(true);
  expect(problemOf(await register("ada"))).toMatchObject({ code: "invalid", field: "birth_date" });
  const young = `${new Date().getUTCFullYear() - 10}-07-19`;
  const refused = await register("kid", { birth_date: young });
  expect(problemOf(refused).code).toBe("too_young");
  const cookies = cookiesOf(refused);
  expect(Object.keys(cookies)).toEqual(["__Host-quoth_age"]);
  expect(atob((Object.values(cookies)[0] ?? "").split(".")[1] ?? "")).not.toMatch(/07-19|sub/);
  expect(await rowsOf("SELECT * FROM accounts WHERE kind <> 'system'")).toEqual([]);

  // The same browser is not asked again, whatever it says now; nor does a wrong cookie shut anybody out.
  const headers = { cookie: cookieHeader(cookies) };
  expect(problemOf(await register("kid", { birth_date: "1990-07-19" }, headers)).code).toBe(
    "too_young",
  );
  expect(problemOf(await register("kid", {}, headers)).code).toBe("too_young");
  const forged = { cookie: "__Host-quoth_age=forged" };
  expect((await register("ada", { birth_date: "1990-07-19" }, forged)).status).toBe(201);

  // No table and no line of the log has the day.
  expect(
    JSON.stringify(await rowsOf("SELECT * FROM accounts WHERE kind <> 'system'")),
  ).not.toContain("07-19");
  const lines = server.harness.getLogs().map((entry) => entry.message);
  expect(lines.join("\n")).not.toMatch(/07-19|"kid"/);
});
