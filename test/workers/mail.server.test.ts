import { afterAll, beforeAll, expect, test } from "vitest";
import type { Me } from "../../schema/http-account.ts";
import { limits } from "../../schema/limits.ts";
import { FOREIGN_ORIGIN, startServer } from "../support/harness.ts";
import type { Server } from "../support/harness.ts";
import { about, allLetters, letterTo, tokenIn } from "./mailbox.ts";
import type { Person } from "./person.ts";
import { addressFor, ask, PASSWORD, problemOf, signUp } from "./person.ts";
import { signIn } from "./signing-in.ts";

let server: Server;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());

const NEW_PASSWORD = "a staple for the battery";
const post = (path: string, body: object, from = "somebody") =>
  ask(server.origin, path, {
    method: "POST",
    body,
    headers: { "cf-connecting-ip": addressFor(from) },
  });
const follows = (token: string, from?: string) => post("/v1/auth/mail/verify", { token }, from);
const forgets = (mail: string, from = mail) => post("/v1/auth/password/forgot", { mail }, from);
const resets = (token: string, password = NEW_PASSWORD) =>
  post("/v1/auth/password/reset", { token, password });
const account = async (person: Person) => ((await person.asks("/v1/me")).json as Me).account;
const directory = async () => (await server.env()).DIRECTORY;

/** Somebody whose address is proved. */
async function provenPerson(handle: string): Promise<Person> {
  const mail = `${handle}@example.org`;
  const person = await signUp(server.origin, handle, { mail });
  const letter = await letterTo(server.origin, mail, about.verify);
  expect((await follows(tokenIn(letter), handle)).status).toBe(204);
  return person;
}

test("MAIL-1 an address counts once the link that was sent there has been followed", async () => {
  const ada = await signUp(server.origin, "ada", { mail: "Ada@Example.org" });
  expect(await account(ada)).toMatchObject({ mail: null, mail_pending: "Ada@Example.org" });
  const byMail = () => post("/v1/auth/login", { handle: "ada@example.ORG", password: PASSWORD });
  expect(problemOf(await byMail()).code).toBe("wrong_credentials");
  const letter = await letterTo(server.origin, "Ada@Example.org", about.verify);
  expect(letter.text).toContain(`${server.origin}/verify#`);
  expect((await follows(tokenIn(letter))).status).toBe(204);
  expect(await account(ada)).toMatchObject({ mail: "Ada@Example.org", mail_pending: null });
  expect((await byMail()).status).toBe(200);
});

test("MAIL-2 a link is good once, and the same answer stands for all that are not good", async () => {
  await provenPerson("bela");
  const used = tokenIn(await letterTo(server.origin, "bela@example.org", about.verify));
  await forgets("bela@example.org");
  const reset = tokenIn(await letterTo(server.origin, "bela@example.org", about.reset));
  const refused = [
    await follows(used),
    await follows("x".repeat(43)),
    // Of another purpose.
    await follows(reset),
    await resets(used),
    await resets("x".repeat(43)),
  ];
  for (const reply of refused)
    expect(problemOf(reply)).toMatchObject({ status: 410, code: "link_refused" });
  // A link of another purpose was not used up by it.
  expect((await resets(reset)).status).toBe(204);
  expect(problemOf(await resets(reset)).code).toBe("link_refused");
});

test("MAIL-2 of those who follow a link at once, one is heard", async () => {
  await signUp(server.origin, "celia", { mail: "celia@example.org" });
  const token = tokenIn(await letterTo(server.origin, "celia@example.org", about.verify));
  const replies = await Promise.all(Array.from({ length: 5 }, () => follows(token)));
  expect(replies.map((reply) => reply.status).toSorted()).toEqual([204, 410, 410, 410, 410]);
});

test("MAIL-3 a newer link ends the older one, and time ends both", async () => {
  await provenPerson("dora");
  await forgets("dora@example.org");
  const older = tokenIn(await letterTo(server.origin, "dora@example.org", about.reset));
  await (await directory()).exec("DELETE FROM local_mail WHERE subject LIKE '%a new password%'");
  await forgets("dora@example.org");
  const newer = tokenIn(await letterTo(server.origin, "dora@example.org", about.reset));
  expect(problemOf(await resets(older)).code).toBe("link_refused");
  await (
    await directory()
  )
    .prepare("UPDATE links SET expires_at = ? WHERE purpose = 'reset'")
    .bind(Date.now() - 1)
    .run();
  expect(problemOf(await resets(newer)).code).toBe("link_refused");
});

test("MAIL-4 links lie in the database by their hashes only", async () => {
  await signUp(server.origin, "emil", { mail: "emil@example.org" });
  const token = tokenIn(await letterTo(server.origin, "emil@example.org", about.verify));
  const { results } = await (await directory()).prepare("SELECT * FROM links").all();
  expect(results.length).toBeGreaterThan(0);
  expect(JSON.stringify(results)).not.toContain(token);
});

test("MAIL-5 who forgot their password is answered alike, whoever they are, and only the owner is written to", async () => {
  await provenPerson("frida");
  await signUp(server.origin, "gil", { mail: "gil@example.org" });
  const replies = [
    await forgets("nobody@example.org"),
    await forgets("gil@example.org"),
    await forgets("frida@example.org"),
  ];
  for (const reply of replies) expect([reply.status, reply.text]).toEqual([204, ""]);
  await letterTo(server.origin, "frida@example.org", about.reset);
  const resetting = (await allLetters(server.origin)).filter((one) =>
    about.reset.test(one.subject),
  );
  const written = resetting.map((letter) => letter.to);
  expect(written).not.toContain("nobody@example.org");
  // Nobody has shown that this address is Gil's.
  expect(written).not.toContain("gil@example.org");
});

test("MAIL-6 a reset sets the password, signs out every device, and says so in a letter", async () => {
  const hana = await provenPerson("hana");
  const elsewhere = await hana.signsIn();
  await (
    await directory()
  )
    .prepare("INSERT INTO passkeys VALUES ('key-of-hana', ?, 'Phone', 'x', 0, '[]', 0, 1, NULL)")
    .bind(hana.user_id)
    .run();
  await forgets("hana@example.org");
  const token = tokenIn(await letterTo(server.origin, "hana@example.org", about.reset));
  const weak = problemOf(await resets(token, "hana@example.org"));
  expect(weak).toMatchObject({ code: "weak_password", field: "password" });
  expect((await resets(token)).status).toBe(204);
  for (const device of [hana, elsewhere]) {
    const reply = await device.asks("/v1/rooms", {
      method: "POST",
      body: { kind: "group", name: "x" },
    });
    expect(problemOf(reply).code).toBe("unauthenticated");
  }
  const old = await post("/v1/auth/login", { handle: "hana", password: PASSWORD });
  expect(problemOf(old).code).toBe("wrong_credentials");
  const again = await signIn(server.origin, "hana", { password: NEW_PASSWORD });
  expect(await account(again)).toMatchObject({ passkeys: 1 });
  await letterTo(server.origin, "hana@example.org", about.changed);
});

test("MAIL-16 a new password takes back an address that waits, and a new address the links to the old one", async () => {
  const owner = await provenPerson("zora");
  const thief = { mail: "thief@example.org", current_password: PASSWORD };
  expect((await owner.asks("/v1/me/mail", { method: "PUT", body: thief })).status).toBe(204);
  const stolen = tokenIn(await letterTo(server.origin, thief.mail, about.verify));
  const body = { password: NEW_PASSWORD, current_password: PASSWORD };
  expect((await owner.asks("/v1/me/password", { method: "PUT", body })).status).toBe(204);
  expect(problemOf(await follows(stolen)).code).toBe("link_refused");
  expect(await account(owner)).toMatchObject({ mail: "zora@example.org", mail_pending: null });

  await forgets("zora@example.org");
  const old = tokenIn(await letterTo(server.origin, "zora@example.org", about.reset));
  const moved = { mail: "zora@elsewhere.example.org", current_password: NEW_PASSWORD };
  expect((await owner.asks("/v1/me/mail", { method: "PUT", body: moved })).status).toBe(204);
  await follows(tokenIn(await letterTo(server.origin, moved.mail, about.verify)), "zora");
  expect(problemOf(await resets(old, "yet another battery")).code).toBe("link_refused");
});

test("MAIL-7 an address of another account is told about it, and who gave it sees no difference", async () => {
  await provenPerson("ines");
  const taken = await signUp(server.origin, "jon", { mail: "INES@example.org" });
  const free = await signUp(server.origin, "kim", { mail: "kim@example.org" });
  await letterTo(server.origin, "INES@example.org", about.inUse);
  await letterTo(server.origin, "kim@example.org", about.verify);
  const seen = { ...(await account(taken)), mail_pending: "" };
  expect(seen).toEqual({ ...(await account(free)), mail_pending: "" });
});

test("MAIL-8 whoever proves an address first has it, and the other's link says no more than any old link", async () => {
  const lea = await signUp(server.origin, "lea", { mail: "both@example.org" });
  const hers = tokenIn(await letterTo(server.origin, "both@example.org", about.verify));
  await (await directory()).exec("DELETE FROM local_mail WHERE sent_to = 'both@example.org'");
  await signUp(server.origin, "mo", { mail: "both@example.org" });
  const his = tokenIn(await letterTo(server.origin, "both@example.org", about.verify));
  expect((await follows(his)).status).toBe(204);
  expect(problemOf(await follows(hers)).code).toBe("link_refused");
  expect(await account(lea)).toMatchObject({ mail: null });
});

test("MAIL-9 one address is written to a few times a minute, whoever asks and whether or not it is known", async () => {
  const codes: number[] = [];
  for (let at = 0; at <= limits.mails_per_minute; at += 1)
    codes.push((await forgets("flooded@example.org", `asker ${at}`)).status);
  expect(codes).toEqual([...Array.from({ length: limits.mails_per_minute }, () => 204), 429]);
  const same = await Promise.all(
    Array.from({ length: limits.mails_per_minute + 1 }, (_, at) =>
      forgets(`different${at}@example.org`, "one asker"),
    ),
  );
  expect(same.map((reply) => reply.status)).toContain(429);
});

test("MAIL-9 who asks for one kind of letter to an address holds back no other kind", async () => {
  const mail = "rosa@example.org";
  for (let at = 0; at <= limits.mails_per_minute; at += 1) await forgets(mail, `stranger ${at}`);
  expect((await forgets(mail, "one more")).status).toBe(429);
  await signUp(server.origin, "rosa", { mail });
  const letter = await letterTo(server.origin, mail, about.verify);
  expect((await follows(tokenIn(letter), "rosa")).status).toBe(204);
});

test("MAIL-17 the link is sent once more to an address that waits, and to no other", async () => {
  const mail = "pia@example.org";
  const pia = await signUp(server.origin, "pia", { mail });
  const first = tokenIn(await letterTo(server.origin, mail, about.verify));
  await (await directory()).exec(`DELETE FROM local_mail WHERE sent_to = '${mail}'`);
  const again = () => pia.asks("/v1/me/mail/again", { method: "POST" });
  expect((await again()).status).toBe(204);
  const second = tokenIn(await letterTo(server.origin, mail, about.verify));
  expect(problemOf(await follows(first, "pia")).code).toBe("link_refused");
  expect((await follows(second, "pia")).status).toBe(204);
  expect(problemOf(await again()).code).toBe("not_found");
  const replies = [await again(), await again()];
  expect(replies.map(({ status }) => status)).toContain(429);
});

test("MAIL-17 who may not sign in without proof is written to again when they try, with the right password only", async () => {
  const strict = await startServer({ vars: { MAIL_DOMAINS: "example.org" } });
  try {
    const person = { handle: "quin", password: PASSWORD };
    const sends = (path: string, body: object) =>
      ask(strict.origin, path, { method: "POST", body });
    const joins = await sends("/v1/auth/register", { ...person, mail: "quin@example.org" });
    expect(problemOf(joins).code).toBe("mail_unproved");
    const first = tokenIn(await letterTo(strict.origin, "quin@example.org", about.verify));
    const letters = async () => (await allLetters(strict.origin)).length;
    expect(await letters()).toBe(1);
    await sends("/v1/auth/login", { ...person, password: "not the password" });
    const right = await sends("/v1/auth/login", person);
    expect(problemOf(right).code).toBe("mail_unproved");
    await expect.poll(letters).toBe(2);
    expect(problemOf(await sends("/v1/auth/mail/verify", { token: first })).code).toBe(
      "link_refused",
    );
    const token = tokenIn(await letterTo(strict.origin, "quin@example.org", about.verify));
    expect((await sends("/v1/auth/mail/verify", { token })).status).toBe(204);
    expect((await sends("/v1/auth/login", person)).status).toBe(200);
  } finally {
    await strict.close();
  }
});

test("MAIL-10 what a link does is asked for from our own page or from none", async () => {
  for (const path of ["mail/verify", "password/forgot", "password/reset"]) {
    const reply = await ask(server.origin, `/v1/auth/${path}`, {
      method: "POST",
      body: { token: "x".repeat(43), password: NEW_PASSWORD, mail: "a@example.org" },
      headers: { origin: FOREIGN_ORIGIN, "cf-connecting-ip": addressFor("foreign") },
    });
    expect(["bad_origin", "invalid"]).toContain(problemOf(reply).code);
  }
  const reply = await ask(server.origin, "/v1/auth/mail/verify", {
    method: "POST",
    body: { token: "x".repeat(43) },
    headers: { origin: FOREIGN_ORIGIN },
  });
  expect(problemOf(reply).code).toBe("bad_origin");
});

test.each([
  ["/v1/auth/mail/verify", {}, "token"],
  ["/v1/auth/mail/verify", { token: 7 }, "token"],
  ["/v1/auth/mail/verify", { token: "x".repeat(257) }, "token"],
  ["/v1/auth/mail/verify", { token: "x".repeat(43), user_id: "user_1" }, undefined],
  ["/v1/auth/password/forgot", {}, "mail"],
  ["/v1/auth/password/forgot", { mail: "no address" }, "mail"],
  ["/v1/auth/password/forgot", { mail: `${"a".repeat(260)}@example.org` }, "mail"],
  ["/v1/auth/password/reset", { token: "x".repeat(43) }, "password"],
  ["/v1/auth/password/reset", { token: "x".repeat(43), password: "short" }, "password"],
])("MAIL-11 %s with %j is refused for its form", async (path, body, field) => {
  expect(problemOf(await post(path, body))).toMatchObject({ code: "invalid" });
  expect(problemOf(await post(path, body)).field).toBe(field);
});

test("MAIL-12 what was not sent is shown at /local/mail, to people and to programs", async () => {
  const shown = await ask(server.origin, "/local/mail");
  expect(shown.headers.get("content-type")).toContain("text/html");
  expect(shown.headers.get("content-security-policy")).toContain("default-src 'self'");
  expect(shown.headers.get("cache-control")).toBe("no-store");
  expect(shown.text).toContain(`<a href="${server.origin}/verify#`);
  expect((await allLetters(server.origin)).length).toBeGreaterThan(5);
});

test("MAIL-12 where mail is sent, that path is the page's own as any other", async () => {
  const sending = await startServer({ vars: { MAIL_DELIVERY: "binding" } });
  try {
    const here = await ask(sending.origin, "/local/mail", {
      headers: { accept: "application/json" },
    });
    const anywhere = await ask(sending.origin, "/local/nothing");
    expect([here.status, here.text]).toEqual([anywhere.status, anywhere.text]);
  } finally {
    await sending.close();
  }
});
