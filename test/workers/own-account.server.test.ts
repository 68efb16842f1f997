import { afterAll, beforeAll, expect, test } from "vitest";
import type { Me } from "../../schema/http-account.ts";
import type { User } from "../../schema/user.ts";
import { limits } from "../../schema/limits.ts";
import { FOREIGN_ORIGIN, startServer } from "../support/harness.ts";
import type { Server } from "../support/harness.ts";
import { about, letterTo, tokenIn } from "./mailbox.ts";
import type { Person } from "./person.ts";
import { addressFor, ask, PASSWORD, problemOf, signUp } from "./person.ts";
import { signIn } from "./signing-in.ts";

let server: Server;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());

const NEW_PASSWORD = "a staple for the battery";
const changes = (person: Person, body: object) => person.asks("/v1/me", { method: "PATCH", body });
const puts = (person: Person, path: string, body: object) =>
  person.asks(`/v1/me/${path}`, { method: "PUT", body });
const meOf = async (person: Person) => (await person.asks("/v1/me")).json as Me;
const proves = async (mail: string, subject = about.verify) => {
  const token = tokenIn(await letterTo(server.origin, mail, subject));
  return ask(server.origin, "/v1/auth/mail/verify", {
    method: "POST",
    body: { token },
    headers: { "cf-connecting-ip": addressFor(mail) },
  });
};

test("OWN-1 a person changes how they are called, and others see it", async () => {
  const ada = await signUp(server.origin, "ada");
  const eve = await signUp(server.origin, "eve");
  const fields = [{ name: "Works at", value: "Analytical Engine" }];
  const change = { handle: "Ada.L", display_name: "Ada Lovelace", pronouns: "she/her", fields };
  const reply = await changes(ada, change);
  expect(reply.status).toBe(200);
  expect(reply.json).toMatchObject({ ...change, handle: "ada.l", user_id: ada.user_id });
  const seen = await eve.asks("/v1/users?handle=ada.l");
  expect(seen.json).toMatchObject({ users: [{ ...change, handle: "ada.l" }] });
  // What is left out stays.
  expect((await changes(ada, { pronouns: "" })).json).toMatchObject({
    ...change,
    handle: "ada.l",
    pronouns: "",
  });
});

test("OWN-10 a handle that somebody has left is held for them, and for nobody else, until its time is over", async () => {
  const [mina, thief] = await Promise.all([
    signUp(server.origin, "mina"),
    signUp(server.origin, "thief"),
  ]);
  const registers = (handle: string) =>
    ask(server.origin, "/v1/auth/register", {
      method: "POST",
      body: { handle, password: PASSWORD },
      headers: { "cf-connecting-ip": addressFor(`as ${handle}`) },
    });
  expect((await changes(mina, { handle: "wilhelmina" })).status).toBe(200);
  for (const handle of ["mina", "MINA", "rnina"]) {
    expect(problemOf(await changes(thief, { handle })).code).toBe("handle_taken");
    expect(problemOf(await registers(handle)).code).toBe("handle_taken");
  }
  expect((await meOf(thief)).user.handle).toBe("thief");
  // A change that did not come to be left nothing held.
  expect(problemOf(await changes(thief, { handle: "wilhelmina" })).code).toBe("handle_taken");
  const { DIRECTORY } = await server.env();
  const holds = async (of: Person) =>
    (
      await DIRECTORY.prepare("SELECT handle_key FROM held_handles WHERE user_id = ?")
        .bind(of.user_id)
        .all()
    ).results.length;
  expect(await holds(thief)).toBe(0);
  expect((await changes(mina, { handle: "mina" })).status).toBe(200);
  expect((await changes(mina, { handle: "wilhelmina" })).status).toBe(200);
  await DIRECTORY.prepare("UPDATE held_handles SET until = ?2 WHERE user_id = ?1")
    .bind(mina.user_id, Date.now())
    .run();
  expect((await changes(thief, { handle: "mina" })).status).toBe(200);
  expect(problemOf(await changes(mina, { handle: "mina" })).code).toBe("handle_taken");
});

test("OWN-10 nobody gathers handles by passing through them", async () => {
  const passer = await signUp(server.origin, "passer");
  for (let at = 0; at < limits.held_handles + 3; at += 1)
    expect((await changes(passer, { handle: `passer.${at}` })).status).toBe(200);
  const other = await signUp(server.origin, "other.one");
  expect((await changes(other, { handle: "passer" })).status).toBe(200);
  const newest = { handle: `passer.${limits.held_handles + 1}` };
  expect(problemOf(await changes(other, newest)).code).toBe("handle_taken");
});

test("OWN-2 a handle that looks like another's is taken, and one's own in another form is not", async () => {
  const paypal = await signUp(server.origin, "paypal");
  const other = await signUp(server.origin, "other");
  for (const handle of ["p\u0430ypal", "PayPal", "paypa1"])
    expect(problemOf(await changes(other, { handle })).code).toBe("handle_taken");
  expect((await meOf(other)).user.handle).toBe("other");
  expect((await changes(paypal, { handle: "paypa1" })).status).toBe(200);
  const registered = await ask(server.origin, "/v1/auth/register", {
    method: "POST",
    body: { handle: "\u0440aypal", password: PASSWORD },
    headers: { "cf-connecting-ip": addressFor("mallory") },
  });
  expect(problemOf(registered).code).toBe("handle_taken");
});

test.each([
  [{ user_id: "user_1" }],
  [{ kind: "system" }],
  [{ verified: true }],
  [{ owner: null }],
  [{ created_at: 0 }],
  [{ mail: "a@example.org" }],
  [{ password_hash: "x" }],
  [{ leaving_at: 0 }],
  [{ handle: "" }],
  [{ handle: "admin" }],
  [{ handle: "a\u200bda" }],
  [{ display_name: "a\u202eda" }],
  [{ display_name: "x".repeat(limits.name_characters + 1) }],
  [{ pronouns: 7 }],
  [
    {
      fields: Array.from({ length: limits.profile_fields + 1 }, () => ({ name: "a", value: "b" })),
    },
  ],
  [{ fields: [{ name: "a", value: "b", verified: true }] }],
])("OWN-3 a profile with %j is refused whole", async (wrong) => {
  const person = await signUp(server.origin, `wrong${Math.random().toString(36).slice(2, 10)}`);
  const before = await meOf(person);
  const reply = await changes(person, { pronouns: "they", ...wrong });
  expect(problemOf(reply).code).toBe("invalid");
  expect(await meOf(person)).toEqual(before);
});

test("OWN-4 what could take the account away asks for proof: a program has none, a wrong password is none", async () => {
  const bea = await signUp(server.origin, "bea", { mail: "bea@example.org" });
  const created = await bea.asks("/v1/me/tokens", {
    method: "POST",
    body: { name: "Script", scopes: ["read", "write", "account"], expires_in_ms: 3_600_000 },
  });
  const { token } = created.json as { token: string };
  const routes = [
    { path: "/v1/me/mail", method: "PUT", body: { mail: "thief@example.org" } },
    { path: "/v1/me/password", method: "PUT", body: { password: NEW_PASSWORD } },
    { path: "/v1/me", method: "DELETE", body: {} },
  ];
  for (const { path, method, body } of routes) {
    const byProgram = await ask(server.origin, path, {
      method,
      body,
      headers: { authorization: `Bearer ${token}`, "cf-connecting-ip": bea.address },
    });
    expect(problemOf(byProgram).code).toBe("recent_sign_in_required");
    const guessed = { ...body, current_password: "not the right one" };
    expect(problemOf(await bea.asks(path, { method, body: guessed })).code).toBe(
      "wrong_credentials",
    );
    const elsewhere = await bea.asksByCookie(path, {
      method,
      body,
      headers: { origin: FOREIGN_ORIGIN },
    });
    expect(problemOf(elsewhere).code).toBe("bad_origin");
  }
  expect((await meOf(bea)).account).toMatchObject({
    mail_pending: "bea@example.org",
    leaving_at: null,
  });
});

test("OWN-5 another address counts when it is proved, and the old one is told", async () => {
  const cleo = await signUp(server.origin, "cleo", { mail: "cleo@example.org" });
  await proves("cleo@example.org");
  expect(
    (await puts(cleo, "mail", { mail: "new@example.org", current_password: PASSWORD })).status,
  ).toBe(204);
  expect((await meOf(cleo)).account).toMatchObject({
    mail: "cleo@example.org",
    mail_pending: "new@example.org",
  });
  expect((await proves("new@example.org")).status).toBe(204);
  expect((await meOf(cleo)).account).toMatchObject({ mail: "new@example.org", mail_pending: null });
  const notice = await letterTo(server.origin, "cleo@example.org", about.moved);
  expect(notice.text).not.toContain("new@example.org");
});

test("OWN-6 an address is removed, but not where it is the only way back in", async () => {
  const dan = await signUp(server.origin, "dan", { mail: "dan@example.org" });
  await proves("dan@example.org");
  const { DIRECTORY } = await server.env();
  const hash = async (value: string | null) => {
    const changed = DIRECTORY.prepare(
      "UPDATE accounts SET password_hash = ?2 WHERE user_id = ?1 RETURNING password_hash",
    );
    await changed.bind(dan.user_id, value).run();
  };
  const kept = await DIRECTORY.prepare("SELECT password_hash FROM accounts WHERE user_id = ?")
    .bind(dan.user_id)
    .first<{ password_hash: string }>();
  await hash(null);
  expect(problemOf(await puts(dan, "mail", { mail: null })).code).toBe("last_sign_in_method");
  expect((await meOf(dan)).account.mail).toBe("dan@example.org");
  await hash(kept!.password_hash);
  expect((await puts(dan, "mail", { mail: null })).status).toBe(204);
  expect((await meOf(dan)).account).toMatchObject({ mail: null, mail_pending: null });
});

test("OWN-6 an address that is taken back before it was proved is not proved any more", async () => {
  const eli = await signUp(server.origin, "eli", { mail: "eli@example.org" });
  const letter = await letterTo(server.origin, "eli@example.org", about.verify);
  expect((await puts(eli, "mail", { mail: null })).status).toBe(204);
  const reply = await ask(server.origin, "/v1/auth/mail/verify", {
    method: "POST",
    body: { token: tokenIn(letter) },
    headers: { "cf-connecting-ip": eli.address },
  });
  expect(problemOf(reply).code).toBe("link_refused");
  expect((await meOf(eli)).account).toMatchObject({ mail: null, mail_pending: null });
});

test("OWN-7 a new password signs the other devices out, and not the one that set it", async () => {
  const fay = await signUp(server.origin, "fay", { mail: "fay@example.org" });
  await proves("fay@example.org");
  const phone = await fay.signsIn();
  const unasked = await puts(fay, "password", { password: NEW_PASSWORD });
  expect(problemOf(unasked).code).toBe("recent_sign_in_required");
  const own_address = { password: "fay@example.org", current_password: PASSWORD };
  const weak = await puts(fay, "password", own_address);
  expect(problemOf(weak)).toMatchObject({ code: "weak_password", field: "password" });
  expect(
    (await puts(fay, "password", { password: NEW_PASSWORD, current_password: PASSWORD })).status,
  ).toBe(204);
  const room = { method: "POST", body: { kind: "group", name: "x" } };
  expect(problemOf(await phone.asks("/v1/rooms", room)).code).toBe("unauthenticated");
  expect((await fay.asks("/v1/rooms", room)).status).toBe(201);
  expect((await signIn(server.origin, "fay", { password: NEW_PASSWORD })).user_id).toBe(
    fay.user_id,
  );
  await letterTo(server.origin, "fay@example.org", about.changed);
});

test("OWN-8 nobody's profile is changed but one's own", async () => {
  const gus = await signUp(server.origin, "gus");
  const hal = await signUp(server.origin, "hal");
  await changes(gus, { display_name: "Gus" });
  const seen = (await hal.asks(`/v1/users?ids=${hal.user_id},${gus.user_id}`)).json as {
    users: User[];
  };
  expect(Object.fromEntries(seen.users.map((user) => [user.handle, user.display_name]))).toEqual({
    gus: "Gus",
    hal: "hal",
  });
});

test("OWN-9 where addresses of certain domains are asked for, no other is taken and none is removed", async () => {
  const strict = await startServer({ vars: { MAIL_DOMAINS: "example.org" } });
  try {
    const [handle, address] = ["ivy", "ivy@example.org"];
    const body = { handle, password: PASSWORD, mail: address };
    await ask(strict.origin, "/v1/auth/register", { method: "POST", body });
    const token = tokenIn(await letterTo(strict.origin, address, about.verify));
    const follow = { method: "POST", body: { token } };
    await ask(strict.origin, "/v1/auth/mail/verify", follow);
    const ivy = await signIn(strict.origin, handle);
    for (const mail of ["ivy@example.com", "ivy@sub.example.org", null]) {
      const reply = await ivy.asks("/v1/me/mail", { method: "PUT", body: { mail } });
      expect(problemOf(reply).code).toBe("mail_not_allowed");
    }
  } finally {
    await strict.close();
  }
});
