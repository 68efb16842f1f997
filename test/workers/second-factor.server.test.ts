import { TOTP } from "otpauth";
import * as v from "valibot";
import { afterAll, beforeAll, expect, test } from "vitest";
import { MeSchema, RecoveryCodesSchema, SecondFactorSchema } from "../../schema/http-account.ts";
import { limits } from "../../schema/limits.ts";
import { startServer } from "../support/harness.ts";
import type { Server } from "../support/harness.ts";
import { createsPasskey } from "../support/authenticator.ts";
import { about, letterTo, tokenIn } from "./mailbox.ts";
import { optionsOf, signInWithPasskey } from "./passkey-person.ts";
import type { Person } from "./person.ts";
import { ask, PASSWORD, problemOf, signUp } from "./person.ts";

let server: Server;
let origin: string;
beforeAll(async () => {
  server = await startServer();
  ({ origin } = server);
});
afterAll(() => server.close());

const STEP = 30_000;
/** Codes count once, so each use takes the next one: of this step, then of the one that follows. */
const codeOf = (secret: string, steps = 0) =>
  new TOTP({ secret }).generate({ timestamp: Date.now() + steps * STEP });
const posts = (person: Person, path: string, body: object = {}) =>
  person.asks(`/v1/me/${path}`, { method: "POST", body });
const ends = (person: Person, body: object = {}) =>
  person.asks("/v1/me/second-factor", { method: "DELETE", body });
const logsIn = (person: Person, more: object = {}) =>
  ask(origin, "/v1/auth/login", {
    method: "POST",
    body: { handle: person.handle, password: PASSWORD, ...more },
    headers: { "cf-connecting-ip": person.address },
  });
const accountOf = async (person: Person) =>
  v.parse(MeSchema, (await person.asks("/v1/me")).json).account;

async function withSecondFactor(handle: string, more: object = {}) {
  const person = await signUp(origin, handle, more);
  const begun = v.parse(SecondFactorSchema, (await posts(person, "second-factor")).json);
  const confirmed = await posts(person, "second-factor/confirm", {
    code: codeOf(begun.secret),
  });
  const { codes } = v.parse(RecoveryCodesSchema, confirmed.json);
  return { person, secret: begun.secret, codes, uri: begun.uri };
}

test("OTP-2 a second factor is in force once its first code was confirmed", async () => {
  const ada = await signUp(origin, "ada");
  const begun = v.parse(SecondFactorSchema, (await posts(ada, "second-factor")).json);
  expect(begun.secret).toMatch(/^[A-Z2-7]{32}$/);
  const uri = new URL(begun.uri);
  expect(uri.protocol + uri.host).toBe("otpauth:totp");
  expect(decodeURIComponent(uri.pathname)).toContain("ada");
  expect(Object.fromEntries(uri.searchParams)).toMatchObject({
    secret: begun.secret,
    issuer: "Quoth",
    algorithm: "SHA1",
    digits: "6",
    period: "30",
  });
  expect((await accountOf(ada)).second_factor).toBe(false);
  expect((await logsIn(ada)).status).toBe(200);
  const wrong = await posts(ada, "second-factor/confirm", { code: "000 000" });
  expect(problemOf(wrong).code).toBe("wrong_code");
  const right = await posts(ada, "second-factor/confirm", { code: codeOf(begun.secret) });
  expect(v.parse(RecoveryCodesSchema, right.json).codes).toHaveLength(limits.recovery_codes);
  expect(await accountOf(ada)).toMatchObject({ second_factor: true, recovery_codes_left: 10 });
  expect(problemOf(await posts(ada, "second-factor")).code).toBe("too_many");
  const again = await posts(ada, "second-factor/confirm", { code: codeOf(begun.secret) });
  expect(problemOf(again).code).toBe("not_found");
});

test("OTP-3 signing in asks for the code after the password, and takes it once", async () => {
  const { person, secret } = await withSecondFactor("bo");
  const without = await logsIn(person);
  expect(problemOf(without).code).toBe("second_factor_required");
  expect(without.headers.getSetCookie()).toEqual([]);
  expect(problemOf(await logsIn(person, { code: "000000" })).code).toBe("wrong_code");
  const code = codeOf(secret, 1);
  // Whoever does not know the password learns nothing of the code, and uses none up.
  const guess = await logsIn(person, { code, password: "not the password" });
  expect(problemOf(guess).code).toBe("wrong_credentials");
  expect((await logsIn(person, { code })).status).toBe(200);
  expect(problemOf(await logsIn(person, { code })).code).toBe("wrong_code");
});

test("OTP-4 a recovery code signs in once in place of the code", async () => {
  const { person, codes } = await withSecondFactor("cy");
  expect((await logsIn(person, { code: codes[0] })).status).toBe(200);
  expect(problemOf(await logsIn(person, { code: codes[0] })).code).toBe("wrong_code");
  expect((await logsIn(person, { code: codes[1]!.toLowerCase().replaceAll("-", "") })).status).toBe(
    200,
  );
  expect((await accountOf(person)).recovery_codes_left).toBe(8);
});

test("OTP-4 new recovery codes are made with proof, and end the old ones", async () => {
  const { person, codes } = await withSecondFactor("dora");
  const wrong = await posts(person, "recovery-codes", { current_password: "not the password" });
  expect(problemOf(wrong).code).toBe("wrong_credentials");
  const fresh = await posts(person, "recovery-codes", { current_password: PASSWORD });
  const renewed = v.parse(RecoveryCodesSchema, fresh.json).codes;
  expect(problemOf(await logsIn(person, { code: codes[0] })).code).toBe("wrong_code");
  expect((await logsIn(person, { code: renewed[0] })).status).toBe(200);
  const without = await signUp(origin, "without");
  expect(problemOf(await posts(without, "recovery-codes")).code).toBe("not_found");
});

test("MAIL-6 a new password by a letter's link asks for the second factor's code as the old one did", async () => {
  const { person, secret } = await withSecondFactor("mel", { mail: "mel@example.org" });
  const sends = (path: string, body: object) => ask(origin, path, { method: "POST", body });
  const proof = tokenIn(await letterTo(origin, "mel@example.org", about.verify));
  expect((await sends("/v1/auth/mail/verify", { token: proof })).status).toBe(204);
  await sends("/v1/auth/password/forgot", { mail: "mel@example.org" });
  const token = tokenIn(await letterTo(origin, "mel@example.org", about.reset));
  const password = "a staple for the battery";
  const reset = await sends("/v1/auth/password/reset", { token, password });
  // Nobody is signed in by it, nor told more than that it is done.
  expect([reset.status, reset.text, reset.headers.getSetCookie()]).toEqual([204, "", []]);
  expect(problemOf(await logsIn(person, { password })).code).toBe("second_factor_required");
  const wrong = await logsIn(person, { password, code: "000000" });
  expect(problemOf(wrong).code).toBe("wrong_code");
  const code = codeOf(secret, 1);
  expect((await logsIn(person, { password, code })).status).toBe(200);
});

test("OTP-6 a second factor ends with proof only, and then no code is asked for", async () => {
  const { person } = await withSecondFactor("finn");
  const wrong = await ends(person, { current_password: "not the password" });
  expect(problemOf(wrong).code).toBe("wrong_credentials");
  expect(problemOf(await logsIn(person)).code).toBe("second_factor_required");
  expect((await ends(person)).status).toBe(204);
  expect((await logsIn(person)).status).toBe(200);
  expect(problemOf(await ends(person)).code).toBe("not_found");
  expect(await accountOf(person)).toMatchObject({ second_factor: false, recovery_codes_left: 0 });
});

test("OTP-6 a program's token changes no second factor, whatever it may do", async () => {
  const { person } = await withSecondFactor("gus");
  const made = await posts(person, "tokens", {
    name: "script",
    scopes: ["read", "write", "account"],
    expires_in_ms: 3_600_000,
  });
  const headers = { authorization: `Bearer ${(made.json as { token: string }).token}` };
  for (const [method, path] of [
    ["DELETE", "second-factor"],
    ["POST", "second-factor"],
    ["POST", "recovery-codes"],
  ] as const) {
    const reply = await ask(origin, `/v1/me/${path}`, { method, body: {}, headers });
    expect(problemOf(reply).code, path).toBe("recent_sign_in_required");
  }
});

test("OTP-7 who signs in with a passkey has shown two factors, and is asked for no code", async () => {
  const { person } = await withSecondFactor("hal");
  const { challenge, options } = optionsOf(await posts(person, "passkeys/options"));
  const { passkey, credential } = createsPasskey(origin, options);
  await posts(person, "passkeys", { challenge, credential, name: "Mine" });
  expect((await signInWithPasskey(origin, "hal", passkey)).status).toBe(200);
});

test("OTP-8 codes are guessed so often and no oftener, at signing in and at confirming", async () => {
  const { person, secret } = await withSecondFactor("ida");
  const guesses = await Promise.all(
    Array.from({ length: limits.sign_in_per_account + 5 }, () =>
      logsIn(person, { code: "000000" }),
    ),
  );
  const codes = new Set(guesses.map((reply) => problemOf(reply).code));
  expect(codes).toEqual(new Set(["wrong_code", "slow_down"]));
  expect(problemOf(await logsIn(person, { code: codeOf(secret, 1) })).code).toBe("slow_down");
  const jo = await signUp(origin, "jo");
  await posts(jo, "second-factor");
  const tries = await Promise.all(
    Array.from({ length: limits.sign_in_per_known_device + 5 }, () =>
      posts(jo, "second-factor/confirm", { code: "000000" }),
    ),
  );
  expect(tries.filter((reply) => problemOf(reply).code === "slow_down").length).toBeGreaterThan(0);
});
