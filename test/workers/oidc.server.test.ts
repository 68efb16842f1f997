import { afterAll, beforeAll, expect, test } from "vitest";
import { startServer } from "../support/harness.ts";
import type { Server } from "../support/harness.ts";
import type { Loopback } from "../support/loopback.ts";
import { listenOnLoopback } from "../support/loopback.ts";
import { CLIENT_ID, PUBLIC_CLIENT_ID, serveProvider } from "../support/oidc-provider.ts";
import {
  begins,
  CALLBACK,
  comesBack,
  isSignedIn,
  meIn,
  signsInThere,
  wanderer,
  WAY_COOKIE,
} from "./oidc-flow.ts";
import { signUp } from "./person.ts";

/** A real provider of its own, over HTTP, with its pages. */
const client_secret = "a secret of sixteen characters or more";
let server: Server;
let elsewhere: Loopback;
let origin: string;

beforeAll(async () => {
  elsewhere = await listenOnLoopback();
  const provider = { name: "Elsewhere", issuer: elsewhere.origin };
  const OIDC_PROVIDERS = JSON.stringify([
    { ...provider, provider_id: "elsewhere", client_id: CLIENT_ID, client_secret },
    { ...provider, provider_id: "public", client_id: PUBLIC_CLIENT_ID },
    { ...provider, provider_id: "wrong", client_id: CLIENT_ID, client_secret: "not the secret" },
    { ...provider, provider_id: "nowhere", issuer: "http://127.0.0.1:9", client_id: "quoth" },
  ]);
  server = await startServer({ vars: { OIDC_PROVIDERS } });
  ({ origin } = server);
  const people = {
    "subject-1": {
      preferred_username: "Ada",
      name: "Ada Lovelace",
      email: "ada@example.org",
      email_verified: true,
    },
    "subject-2": { preferred_username: "ada", name: "Another Ada" },
    "subject-3": { preferred_username: "bo", email: "owner@example.org", email_verified: true },
  };
  serveProvider(elsewhere, { origin, client_secret, people });
});
afterAll(async () => {
  await server.close();
  await elsewhere.close();
});

const at = (login: string, provider_id = "elsewhere") => ({ origin, provider_id, login });

test("SSO-1 the way to another service has PKCE, a state and a nonce, and asks for a code", async () => {
  const browser = wanderer("way");
  const url = await begins(browser, origin, "elsewhere");
  expect(url.origin).toBe(elsewhere.origin);
  expect(Object.fromEntries(url.searchParams)).toMatchObject({
    client_id: CLIENT_ID,
    response_type: "code",
    redirect_uri: origin + CALLBACK,
    code_challenge_method: "S256",
    scope: "openid profile email",
  });
  for (const name of ["state", "nonce", "code_challenge"])
    expect(url.searchParams.get(name), name).toMatch(/^[\w-]{43}$/);
  const again = await begins(wanderer("way"), origin, "elsewhere");
  expect(again.searchParams.get("state")).not.toBe(url.searchParams.get("state"));
});

test("SSO-1 what is kept on the way is in a cookie that no script and no other site's page reads", async () => {
  const browser = wanderer("cookie");
  const stop = await browser.visits(`${origin}/v1/auth/oidc/elsewhere/begin`);
  expect(stop.status).toBe(303);
  expect(stop.set_cookies).toHaveLength(1);
  expect(stop.set_cookies[0]).toMatch(
    new RegExp(`^${WAY_COOKIE}=.+; Path=/; Max-Age=300; HttpOnly; Secure; SameSite=Lax$`),
  );
});

test("SSO-1 SSO-2 who comes back is signed in, with an account of the names that they have there", async () => {
  const browser = wanderer("ada");
  const back = await signsInThere(browser, at("subject-1"));
  expect(await comesBack(browser, back)).toBe("303 /#signed-in");
  expect(browser.cookies(origin).has(WAY_COOKIE)).toBe(false);
  const me = await meIn(browser, origin);
  expect(me.user).toMatchObject({ handle: "ada", display_name: "Ada Lovelace", kind: "person" });
  expect(me.account).toMatchObject({
    has_password: false,
    passkeys: 0,
    // What the service says of an address is where our own link goes, and not a proof here.
    mail: null,
    mail_pending: "ada@example.org",
    providers: ["elsewhere", "public", "wrong"],
  });
});

test("SSO-2 the same person there is the same account here, also by a client without a secret", async () => {
  const [first, second] = [wanderer("again"), wanderer("again")];
  await comesBack(first, await signsInThere(first, at("subject-1")));
  await comesBack(second, await signsInThere(second, at("subject-1", "public")));
  const [one, two] = [await meIn(first, origin), await meIn(second, origin)];
  expect(two.user.user_id).toBe(one.user.user_id);
  expect(two.device_id).not.toBe(one.device_id);
});

test("TOK-15 the session that the browser had ends, though its cookies stay behind on the way back", async () => {
  const browser = wanderer("former");
  await comesBack(browser, await signsInThere(browser, at("subject-1")));
  const cookies = browser.cookies(origin);
  const access = cookies.get("__Host-quoth_session") ?? "";
  const changes = () =>
    fetch(`${origin}/v1/me/mode`, {
      method: "PUT",
      headers: { authorization: `Bearer ${access}`, "content-type": "application/json" },
      body: JSON.stringify({ mode: "away" }),
    });
  expect((await changes()).status).toBe(200);
  const url = await begins(browser, origin, "elsewhere");
  const back = await browser.signsInThere(url.href, "subject-1", origin + CALLBACK);
  for (const name of [...cookies.keys()]) if (name !== WAY_COOKIE) cookies.delete(name);
  await comesBack(browser, back);
  expect((await changes()).status).toBe(401);
});

test("SSO-2 somebody else of the same name there is another account here", async () => {
  const browser = wanderer("other");
  expect(await comesBack(browser, await signsInThere(browser, at("subject-2")))).toBe(
    "303 /#signed-in",
  );
  const me = await meIn(browser, origin);
  expect(me.user.handle).toMatch(/^ada-\d+$/);
  expect(me.user.display_name).toBe("Another Ada");
});

test("SSO-2 a mail address that the service has proved takes over no account that has it", async () => {
  const owner = await signUp(origin, "holder");
  const { DIRECTORY } = await server.env();
  await DIRECTORY.prepare("UPDATE accounts SET mail = ?2, mail_key = ?2 WHERE user_id = ?1")
    .bind(owner.user_id, "owner@example.org")
    .run();
  const browser = wanderer("taker");
  expect(await comesBack(browser, await signsInThere(browser, at("subject-3")))).toBe(
    "303 /#signed-in",
  );
  const me = await meIn(browser, origin);
  expect(me.user.user_id).not.toBe(owner.user_id);
  expect(me.user.handle).toBe("bo");
  expect(me.account.mail).toBeNull();
});

test("SSO-2 two tabs that come back at once for the first time make one account", async () => {
  const tabs = [wanderer("tabs"), wanderer("tabs"), wanderer("tabs")];
  const backs: URL[] = [];
  for (const tab of tabs) backs.push(await signsInThere(tab, at("twice")));
  expect(await Promise.all(tabs.map((tab, i) => comesBack(tab, backs[i]!)))).toEqual(
    tabs.map(() => "303 /#signed-in"),
  );
  const all = await Promise.all(tabs.map((tab) => meIn(tab, origin)));
  expect(new Set(all.map((me) => me.user.user_id)).size).toBe(1);
});

const FAILED = (code: string) => `303 /#sign-in-failed=${code}`;

test("SSO-3 a browser that did not begin does not come back", async () => {
  const attacker = wanderer("attacker");
  const back = await signsInThere(attacker, at("subject-1"));
  const victim = wanderer("victim");
  expect(await comesBack(victim, back)).toBe(FAILED("challenge_refused"));
  // Nor one that began something else.
  await begins(victim, origin, "elsewhere");
  expect(await comesBack(victim, back)).toBe(FAILED("challenge_refused"));
  expect(isSignedIn(victim, origin)).toBe(false);
});

test("SSO-3 a state that was changed or left out is refused, and ends nothing that was begun", async () => {
  const browser = wanderer("state");
  const back = await signsInThere(browser, at("subject-1"));
  const changed = new URL(back);
  changed.searchParams.set("state", "A".repeat(43));
  const without = new URL(back);
  without.searchParams.delete("state");
  expect(await comesBack(browser, changed)).toBe(FAILED("challenge_refused"));
  expect(await comesBack(browser, without)).toBe(FAILED("challenge_refused"));
  expect(await comesBack(browser, back)).toBe("303 /#signed-in");
});

test("SSO-3 coming back twice signs in once, also with the cookie of before, and for many at once", async () => {
  const browser = wanderer("replay");
  const back = await signsInThere(browser, at("subject-1"));
  const cookie = browser.cookies(origin).get(WAY_COOKIE) ?? "";
  const copies = Array.from({ length: 4 }, () => {
    const copy = wanderer("replay");
    copy.cookies(origin).set(WAY_COOKIE, cookie);
    return copy;
  });
  const ends = await Promise.all(copies.map((copy) => comesBack(copy, back)));
  expect(ends.toSorted()).toEqual(
    ["303 /#signed-in", ...Array.from({ length: 3 }, () => FAILED("challenge_refused"))].toSorted(),
  );
  expect(await comesBack(browser, back)).toBe(FAILED("challenge_refused"));
});

test("SSO-3 a code that was used, or belongs to another way, is refused", async () => {
  const [first, second] = [wanderer("code"), wanderer("code")];
  const used = await signsInThere(first, at("subject-1"));
  await comesBack(first, used);
  const fresh = await signsInThere(second, at("subject-1"));
  fresh.searchParams.set("code", used.searchParams.get("code") ?? "");
  expect(await comesBack(second, fresh)).toBe(FAILED("provider_refused"));
  const third = wanderer("code");
  const injected = await signsInThere(third, at("subject-2"));
  const fourth = wanderer("code");
  const own = await signsInThere(fourth, at("subject-1"));
  own.searchParams.set("code", injected.searchParams.get("code") ?? "");
  expect(await comesBack(fourth, own)).toBe(FAILED("provider_refused"));
  expect(isSignedIn(fourth, origin)).toBe(false);
});

test("SSO-3 an answer in another issuer's name is refused", async () => {
  const browser = wanderer("iss");
  const back = await signsInThere(browser, at("subject-1"));
  expect(back.searchParams.get("iss")).toBe(elsewhere.origin);
  back.searchParams.set("iss", "https://evil.example.org");
  expect(await comesBack(browser, back)).toBe(FAILED("provider_refused"));
});

test("SSO-7 another site's page makes no browser begin, and an address that is typed does", async () => {
  const begin = `${origin}/v1/auth/oidc/elsewhere/begin`;
  const from = async (site: string) => {
    const stop = await wanderer("site").visits(begin, { headers: { "sec-fetch-site": site } });
    return { location: stop.location, cookies: stop.set_cookies };
  };
  for (const site of ["cross-site", "same-site"])
    expect(await from(site)).toEqual({ location: "/#sign-in-failed=bad_origin", cookies: [] });
  for (const site of ["none", "same-origin"])
    expect((await from(site)).location).toContain(elsewhere.origin);
});

test("SSO-9 the page is told of a failure by our own code, and nothing of the service's words", async () => {
  const browser = wanderer("denied");
  const url = await begins(browser, origin, "elsewhere");
  const back = new URL(origin + CALLBACK);
  back.search = new URLSearchParams({
    error: "access_denied",
    error_description: "<b>words of somebody else</b>",
    state: url.searchParams.get("state") ?? "",
    iss: elsewhere.origin,
  }).toString();
  const stop = await browser.visits(back);
  expect(stop.location).toBe("/#sign-in-failed=provider_refused");
  expect(stop.text).not.toContain("words");
  for (const [provider_id, code] of [
    ["unheard-of", "not_found"],
    ["nowhere", "provider_refused"],
  ])
    expect((await begins(wanderer("fails"), origin, provider_id!)).hash).toBe(
      `#sign-in-failed=${code}`,
    );
});

test("SSO-9 a service to which we cannot show who we are vouches for nobody", async () => {
  const browser = wanderer("wrong");
  const back = await signsInThere(browser, at("subject-1", "wrong"));
  expect(await comesBack(browser, back)).toBe(FAILED("provider_refused"));
});
