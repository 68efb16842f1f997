import * as v from "valibot";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Passkey } from "../../schema/http-account.ts";
import { PasskeySchema, PasskeysSchema } from "../../schema/http-account.ts";
import { limits } from "../../schema/limits.ts";
import type { SoftPasskey } from "../support/authenticator.ts";
import { createsPasskey } from "../support/authenticator.ts";
import { startServer } from "../support/harness.ts";
import type { Server } from "../support/harness.ts";
import { optionsOf, signInWithPasskey, signUpWithPasskey } from "./passkey-person.ts";
import type { Person } from "./person.ts";
import { ask, PASSWORD, problemOf, signUp } from "./person.ts";

let server: Server;
let origin: string;
beforeAll(async () => {
  server = await startServer();
  ({ origin } = server);
});
afterAll(() => server.close());

const asksFor = (person: Person, body: object = {}) =>
  person.asks("/v1/me/passkeys/options", { method: "POST", body });

async function adds(
  person: Person,
  name: string,
): Promise<{ passkey: SoftPasskey; added: Passkey }> {
  const { challenge, options } = optionsOf(await asksFor(person));
  const { passkey, credential } = createsPasskey(origin, options);
  const body = { challenge, credential, name };
  const reply = await person.asks("/v1/me/passkeys", { method: "POST", body });
  expect(reply.status).toBe(201);
  return { passkey, added: v.parse(PasskeySchema, reply.json) };
}

const listOf = async (person: Person) =>
  v.parse(PasskeysSchema, (await person.asks("/v1/me/passkeys")).json).passkeys;
const removes = (person: Person, passkey_id: string, body: object = {}) =>
  person.asks(`/v1/me/passkeys/${passkey_id}`, { method: "DELETE", body });

test("KEY-7 a passkey is added, listed, named, signed in with, and removed", async () => {
  const ada = await signUp(origin, "ada");
  const { passkey, added } = await adds(ada, "Blue key");
  expect(added).toMatchObject({ name: "Blue key", synced: false, last_used_at: null });
  expect(await listOf(ada)).toEqual([added]);
  expect((await signInWithPasskey(origin, "ada", passkey)).status).toBe(200);
  const renamed = await ada.asks(`/v1/me/passkeys/${added.passkey_id}`, {
    method: "PATCH",
    body: { name: "Green key" },
  });
  expect(renamed.json).toMatchObject({ passkey_id: added.passkey_id, name: "Green key" });
  expect((await removes(ada, added.passkey_id)).status).toBe(204);
  expect(await listOf(ada)).toEqual([]);
  expect(problemOf(await signInWithPasskey(origin, "ada", passkey)).code).toBe("passkey_refused");
  expect(problemOf(await removes(ada, added.passkey_id)).code).toBe("not_found");
});

test("KEY-7 a device that holds one of the person's passkeys is not asked for another", async () => {
  const ben = await signUp(origin, "ben");
  const { added } = await adds(ben, "First");
  const { options } = optionsOf(await asksFor(ben));
  expect(options["excludeCredentials"]).toMatchObject([{ id: added.passkey_id }]);
});

test("KEY-8 another's passkeys are not there, and another's challenge adds none", async () => {
  const [cy, eve] = await Promise.all([signUp(origin, "cy"), signUp(origin, "eve")]);
  const { added } = await adds(cy, "Mine");
  const path = `/v1/me/passkeys/${added.passkey_id}`;
  const renamed = await eve.asks(path, { method: "PATCH", body: { name: "Hers" } });
  expect(
    [renamed, await removes(eve, added.passkey_id)].map((reply) => problemOf(reply).code),
  ).toEqual(["not_found", "not_found"]);
  const { challenge, options } = optionsOf(await asksFor(cy));
  const { credential } = createsPasskey(origin, options);
  const body = { challenge, credential, name: "Hers" };
  const stolen = await eve.asks("/v1/me/passkeys", { method: "POST", body });
  expect(problemOf(stolen).code).toBe("challenge_refused");
  const elsewhere = await (await cy.signsIn()).asks("/v1/me/passkeys", { method: "POST", body });
  expect(problemOf(elsewhere).code).toBe("challenge_refused");
  expect(await listOf(cy)).toEqual([added]);
});

test("KEY-8 a passkey is added and removed only with proof, and a wrong password is none", async () => {
  const dora = await signUp(origin, "dora");
  const { added } = await adds(dora, "Mine");
  const wrong = { current_password: "not the password" };
  expect(problemOf(await asksFor(dora, wrong)).code).toBe("wrong_credentials");
  expect(problemOf(await removes(dora, added.passkey_id, wrong)).code).toBe("wrong_credentials");
  expect((await asksFor(dora, { current_password: PASSWORD })).status).toBe(200);
  const token = await dora.asks("/v1/me/tokens", {
    method: "POST",
    body: { name: "script", scopes: ["account"], expires_in_ms: 3_600_000 },
  });
  const bearer = `Bearer ${(token.json as { token: string }).token}`;
  const byProgram = await ask(origin, "/v1/me/passkeys/options", {
    method: "POST",
    body: {},
    headers: { authorization: bearer },
  });
  expect(problemOf(byProgram).code).toBe("recent_sign_in_required");
});

test("KEY-9 the only way to sign in stays, also for two who remove at once", async () => {
  const { person: finn } = await signUpWithPasskey(origin, "finn");
  const [first] = await listOf(finn);
  expect(problemOf(await removes(finn, first!.passkey_id)).code).toBe("last_sign_in_method");
  const { added: second } = await adds(finn, "Second");
  const both = await Promise.all([
    removes(finn, first!.passkey_id),
    removes(finn, second.passkey_id),
  ]);
  expect(both.map((reply) => reply.status).toSorted()).toEqual([204, 409]);
  expect(await listOf(finn)).toHaveLength(1);
});

test(`KEY-9 an account has at most ${limits.passkeys} passkeys`, async () => {
  const gus = await signUp(origin, "gus");
  const { challenge, options } = optionsOf(await asksFor(gus));
  for (let i = 0; i < limits.passkeys; i += 1) await adds(gus, `Key ${i}`);
  expect(problemOf(await asksFor(gus)).code).toBe("too_many");
  const { credential } = createsPasskey(origin, options);
  const body = { challenge, credential, name: "One more" };
  const reply = await gus.asks("/v1/me/passkeys", { method: "POST", body });
  expect(problemOf(reply).code).toBe("too_many");
  expect(await listOf(gus)).toHaveLength(limits.passkeys);
});

test("KEY-9 adding and removing a passkey is told where the account's mail goes", async () => {
  const hal = await signUp(origin, "hal");
  const { DIRECTORY } = await server.env();
  const mail = "hal@example.org";
  await DIRECTORY.prepare("UPDATE accounts SET mail = ?2, mail_key = ?2 WHERE user_id = ?1")
    .bind(hal.user_id, mail)
    .run();
  const { added } = await adds(hal, "Told");
  await removes(hal, added.passkey_id);
  const letters = () =>
    DIRECTORY.prepare("SELECT body FROM local_mail WHERE sent_to = ?1 ORDER BY mail_id")
      .bind(mail)
      .all<{ body: string }>();
  await expect
    .poll(async () => (await letters()).results.map(({ body }) => body.split(" for your")[0]))
    .toEqual(["A passkey was added", "A passkey was removed"]);
});
