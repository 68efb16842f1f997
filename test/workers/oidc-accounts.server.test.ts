import { TOTP } from "otpauth";
import { afterAll, expect, test, vi } from "vitest";
import type { SecondFactorSchema } from "../../schema/http-account.ts";
import { SessionSchema } from "../../schema/http-account.ts";
import * as v from "valibot";
import { FOREIGN_ORIGIN, startServer } from "../support/harness.ts";
import type { Server } from "../support/harness.ts";
import { listenOnLoopback } from "../support/loopback.ts";
import type { ForeignPerson } from "../support/oidc-provider.ts";
import { CLIENT_ID, serveProvider } from "../support/oidc-provider.ts";
import { about, allLetters, letterTo, tokenIn } from "./mailbox.ts";
import { comesBack, isSignedIn, meIn, signsInThere, wanderer, WAY_COOKIE } from "./oidc-flow.ts";
import type { Person } from "./person.ts";
import { ask, PASSWORD, problemOf, signUp } from "./person.ts";
import type { Wanderer } from "./wanderer.ts";

/** Accounts here that come from elsewhere or are linked to it, under the deployment's rules. */
const ends: (() => Promise<void>)[] = [];
afterAll(() => Promise.all(ends.map((end) => end())));

async function deployment(
  vars: Record<string, string>,
  people: Record<string, ForeignPerson> = {},
): Promise<Server> {
  const elsewhere = await listenOnLoopback();
  const client_secret = "a secret of sixteen characters or more";
  const own = { provider_id: "elsewhere", name: "Elsewhere", issuer: elsewhere.origin };
  const OIDC_PROVIDERS = JSON.stringify([{ ...own, client_id: CLIENT_ID, client_secret }]);
  const server = await startServer({ vars: { OIDC_PROVIDERS, ...vars } });
  serveProvider(elsewhere, { origin: server.origin, client_secret, people });
  ends.push(async () => {
    await server.close();
    await elsewhere.close();
  });
  return server;
}

const arrives = async (browser: Wanderer, { origin }: Server, login: string) =>
  comesBack(browser, await signsInThere(browser, { origin, provider_id: "elsewhere", login }));
const failed = (code: string, home = "/") => `303 ${home}#sign-in-failed=${code}`;
const open = await deployment({});
const { origin } = open;

/** Somebody's own browser, in which they are signed in. */
function browserOf(person: Person): Wanderer {
  const browser = wanderer(person.handle);
  for (const [name, value] of Object.entries(person.cookies))
    browser.cookies(origin).set(name, value);
  return browser;
}

/** As the page asks, with the session's cookie. */
const asksIn =
  (browser: Wanderer): Person["asks"] =>
  (path, request = {}) => {
    const session = browser.cookies(origin).get("__Host-quoth_session") ?? "";
    const headers = { cookie: `__Host-quoth_session=${session}`, origin, ...request.headers };
    return ask(origin, path, { ...request, headers });
  };

/** As a browser does it: the way back is another site's doing, so Strict cookies do not come along. */
async function links(browser: Wanderer, login: string): Promise<string> {
  const begun = await browser.visits(`${origin}/v1/auth/oidc/elsewhere/begin?link=1`, {
    headers: { "sec-fetch-site": "same-origin" },
  });
  if (begun.location?.startsWith("/") !== false) return `${begun.status} ${begun.location}`;
  const back = await browser.signsInThere(begun.location, login, `${origin}/v1/auth/oidc/callback`);
  const away = wanderer("away");
  const cookie = browser.cookies(origin).get(WAY_COOKIE);
  if (cookie !== undefined) away.cookies(origin).set(WAY_COOKIE, cookie);
  return comesBack(away, back);
}

test("SSO-6 who is signed in links another service to their account, and signs in with it from then on", async () => {
  const ada = await signUp(origin, "ada");
  expect(await links(browserOf(ada), "ada-elsewhere")).toBe("303 /account");
  const later = wanderer("later");
  expect(await arrives(later, open, "ada-elsewhere")).toBe("303 /#signed-in");
  const me = await meIn(later, origin);
  expect(me.user.user_id).toBe(ada.user_id);
  expect(me.account.providers).toEqual(["elsewhere"]);
  expect(await links(browserOf(ada), "ada-elsewhere")).toBe("303 /account");
});

test("SSO-6 what is linked to one account is not linked to another, and stays with the first", async () => {
  const [bo, eve] = await Promise.all([signUp(origin, "bo"), signUp(origin, "eve")]);
  expect(await links(browserOf(bo), "bo-elsewhere")).toBe("303 /account");
  expect(await links(browserOf(eve), "bo-elsewhere")).toBe(failed("identity_taken", "/account"));
  const later = wanderer("later");
  await arrives(later, open, "bo-elsewhere");
  expect((await meIn(later, origin)).user.user_id).toBe(bo.user_id);
});

interface Linked {
  identity_id: string;
  provider_id: string | null;
  name: string;
}
const linkedTo = async (person: Person) =>
  ((await person.asks("/v1/me/identities")).json as { identities: Linked[] }).identities;
const unlinks = (person: Person, { identity_id }: Linked, proof: object = {}) =>
  person.asks(`/v1/me/identities/${identity_id}`, { method: "DELETE", body: proof });

test("SSO-11 a linked service is listed, and unlinked by its owner after proof, which is told", async () => {
  const [gus, ida] = await Promise.all([
    signUp(origin, "gus", { mail: "gus@example.org" }),
    signUp(origin, "ida"),
  ]);
  const token = tokenIn(await letterTo(origin, "gus@example.org", about.verify));
  await ask(origin, "/v1/auth/mail/verify", { method: "POST", body: { token } });
  expect(await linkedTo(gus)).toEqual([]);
  expect(await links(browserOf(gus), "gus-elsewhere")).toBe("303 /account");
  const [linked] = await linkedTo(gus);
  expect(linked).toMatchObject({ provider_id: "elsewhere", name: "Elsewhere" });
  expect(JSON.stringify(linked)).not.toContain("gus-elsewhere");

  expect(problemOf(await unlinks(ida, linked!)).code).toBe("not_found");
  const wrong = await unlinks(gus, linked!, { current_password: "not the password" });
  expect(problemOf(wrong).code).toBe("wrong_credentials");
  expect((await unlinks(gus, linked!, { current_password: PASSWORD })).status).toBe(204);
  expect(await linkedTo(gus)).toEqual([]);
  expect(problemOf(await unlinks(gus, linked!)).code).toBe("not_found");
  const letter = await vi.waitFor(async () => {
    const all = (await allLetters(origin)).filter(({ to }) => to === "gus@example.org");
    const found = all.find(({ text }) => text.includes("another service was removed"));
    return found ?? Promise.reject(new Error("no letter"));
  });
  expect(letter.subject).toContain("how you sign in was changed");
  // Who signs in there now is somebody else here.
  const later = wanderer("later");
  await arrives(later, open, "gus-elsewhere");
  expect((await meIn(later, origin)).user.user_id).not.toBe(gus.user_id);
});

test("SSO-11 the only way to sign in is not unlinked, also where two are at once", async () => {
  const browser = wanderer("jil");
  await arrives(browser, open, "jil-elsewhere");
  const jil = { asks: asksIn(browser) } as unknown as Person;
  const [only] = await linkedTo(jil);
  expect(problemOf(await unlinks(jil, only!)).code).toBe("last_sign_in_method");
  const { user_id } = (await meIn(browser, origin)).user;
  const { DIRECTORY } = await open.env();
  const { issuer } = (await DIRECTORY.prepare("SELECT issuer FROM identities LIMIT 1").first<{
    issuer: string;
  }>())!;
  const add = "INSERT INTO identities VALUES (?1, ?2, ?3, 1)";
  await DIRECTORY.batch([
    DIRECTORY.prepare(add).bind(issuer, "jil-again", user_id),
    // One of a service that is not offered any more is no way in.
    DIRECTORY.prepare(add).bind("https://old.example.org", "jil", user_id),
  ]);
  const all = await linkedTo(jil);
  expect(all.map(({ provider_id }) => provider_id).toSorted()).toEqual([
    "elsewhere",
    "elsewhere",
    null,
  ]);
  const replies = await Promise.all(all.map((one) => unlinks(jil, one)));
  expect(replies.map(({ status }) => status).toSorted()).toEqual([204, 204, 409]);
  expect(await linkedTo(jil)).toHaveLength(1);
});

test("SSO-7 linking begins on our own page only, by somebody who is signed in there", async () => {
  const cy = await signUp(origin, "cy");
  const link = `${origin}/v1/auth/oidc/elsewhere/begin?link=1`;
  for (const headers of [
    { "sec-fetch-site": "cross-site" },
    { "sec-fetch-site": "same-site" },
    // An address in a mail, and a browser that says nothing.
    { "sec-fetch-site": "none" },
    {},
  ]) {
    const stop = await browserOf(cy).visits(link, { headers: headers as Record<string, string> });
    expect(stop.location).toBe("/account#sign-in-failed=bad_origin");
    expect(stop.set_cookies).toEqual([]);
  }
  const stranger = await wanderer("cy").visits(link, {
    headers: { "sec-fetch-site": "same-origin" },
  });
  expect(stranger.location).toBe("/account#sign-in-failed=unauthenticated");
});

test("SSO-7 a device that was signed out on the way links nothing any more", async () => {
  const dora = await signUp(origin, "dora");
  const browser = browserOf(dora);
  const begun = await browser.visits(`${origin}/v1/auth/oidc/elsewhere/begin?link=1`, {
    headers: { "sec-fetch-site": "same-origin" },
  });
  const callback = `${origin}/v1/auth/oidc/callback`;
  const back = await browser.signsInThere(begun.location ?? "", "dora-elsewhere", callback);
  expect((await dora.asks("/v1/auth/logout", { method: "POST", body: {} })).status).toBeLessThan(
    300,
  );
  expect(await comesBack(browser, back)).toBe(failed("unauthenticated", "/account"));
  const later = wanderer("later");
  await arrives(later, open, "dora-elsewhere");
  expect((await meIn(later, origin)).user.user_id).not.toBe(dora.user_id);
});

test("SSO-7 nobody's browser finishes the link that another began", async () => {
  const eve = await signUp(origin, "eve2");
  const begun = await browserOf(eve).visits(`${origin}/v1/auth/oidc/elsewhere/begin?link=1`, {
    headers: { "sec-fetch-site": "same-origin" },
  });
  // The victim follows the attacker's address, signs in there as themselves, and is sent back here.
  const victim = wanderer("victim");
  const callback = `${origin}/v1/auth/oidc/callback`;
  const back = await victim.signsInThere(begun.location ?? "", "victim-elsewhere", callback);
  expect(await comesBack(victim, back)).toBe(failed("challenge_refused"));
  const { DIRECTORY } = await open.env();
  const linked = await DIRECTORY.prepare(
    "SELECT 1 FROM identities WHERE subject = 'victim-elsewhere'",
  ).all();
  expect(linked.results).toEqual([]);
});

test("SSO-8 an account with a second factor is asked for its code after the other service, and lets in with it once", async () => {
  const finn = await signUp(origin, "finn");
  await links(browserOf(finn), "finn-elsewhere");
  const post = (path: string, body: object) => finn.asks(path, { method: "POST", body });
  const begun = await post("/v1/me/second-factor", {});
  const { secret } = begun.json as v.InferOutput<typeof SecondFactorSchema>;
  const codeAt = (steps: number) =>
    new TOTP({ secret }).generate({ timestamp: Date.now() + steps * 30_000 });
  const confirmed = await post("/v1/me/second-factor/confirm", { code: codeAt(0) });
  const [recovery = ""] = (confirmed.json as { codes: string[] }).codes;
  const browser = wanderer("finn");
  expect(await arrives(browser, open, "finn-elsewhere")).toBe("303 /#second-factor");
  expect(isSignedIn(browser, origin)).toBe(false);
  const cookie = `${WAY_COOKIE}=${browser.cookies(origin).get(WAY_COOKIE)}`;
  const gives = (code: string, headers: Record<string, string> = { cookie }) =>
    ask(origin, "/v1/auth/oidc/code", { method: "POST", body: { code }, headers });
  expect(problemOf(await gives("000000")).code).toBe("wrong_code");
  expect(problemOf(await gives(codeAt(1), {})).code).toBe("challenge_refused");
  const foreign = await gives(codeAt(1), { cookie, origin: FOREIGN_ORIGIN });
  expect(problemOf(foreign).code).toBe("bad_origin");
  const right = await gives(codeAt(1));
  expect(v.parse(SessionSchema, right.json).user.user_id).toBe(finn.user_id);
  expect(problemOf(await gives(recovery)).code).toBe("challenge_refused");
});

test("SSO-5 where registration is closed or by invitation, a stranger from elsewhere gets no account", async () => {
  for (const REGISTRATION of ["closed", "invited"]) {
    const closed = await deployment({ REGISTRATION });
    const browser = wanderer("stranger");
    expect(await arrives(browser, closed, "stranger")).toBe(failed("registration_closed"));
    expect(isSignedIn(browser, closed.origin)).toBe(false);
  }
});

test("SSO-5 where an age or an address is asked for, the other service has to say it", async () => {
  const proved = { email_verified: true, email: "x@example.org" };
  const strict = await deployment(
    { MINIMUM_AGE: "16", MAIL_DOMAINS: "example.org" },
    {
      "of-age": { ...proved, birthdate: "1990-01-01" },
      ageless: proved,
      young: { ...proved, birthdate: "2020-01-01" },
      unproved: { ...proved, birthdate: "1990-01-01", email_verified: false },
      outside: { email_verified: true, email: "x@example.com", birthdate: "1990-01-01" },
    },
  );
  const outcomes: Record<string, string> = {};
  for (const login of ["of-age", "ageless", "young", "unproved", "outside"])
    outcomes[login] = await arrives(wanderer(login), strict, login);
  expect(outcomes).toEqual({
    "of-age": "303 /#signed-in",
    ageless: failed("registration_closed"),
    young: failed("too_young"),
    unproved: failed("mail_not_allowed"),
    outside: failed("mail_not_allowed"),
  });
});
