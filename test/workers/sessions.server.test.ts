import { afterAll, beforeAll, expect, test } from "vitest";
import * as v from "valibot";
import type { Session } from "../../schema/http-account.ts";
import { MeSchema, SessionSchema } from "../../schema/http-account.ts";
import { newId } from "../../schema/ids.ts";
import { openApi } from "../../workers/api/api.ts";
import { createTokens, refreshTimes } from "../../workers/services/tokens.ts";
import { FOREIGN_ORIGIN, LISTED_ORIGIN, startServer } from "../support/harness.ts";
import type { Server } from "../support/harness.ts";
import { makeSigningKey } from "../support/keys.ts";
import type { Person, Reply } from "./person.ts";
import { ask, cookieHeader, cookiesOf, PASSWORD, personOf, problemOf, signUp } from "./person.ts";

const SESSION = "__Host-quoth_session";
const REFRESH = "__Host-quoth_refresh";

let server: Server;
let ada: Person;

beforeAll(async () => {
  server = await startServer();
  ada = await signUp(server.origin, "ada");
});
afterAll(() => server.close());

/** One more device of Ada's, each known by the one before. */
let last: Person | null = null;
const another = async () => {
  last = await (last ?? ada).signsIn();
  return last;
};
const post = (path: string, body: object | undefined, headers: Record<string, string> = {}) =>
  ask(server.origin, path, { method: "POST", body, headers });
const refresh = (refresh_token: string, headers: Record<string, string> = {}) =>
  post("/v1/auth/refresh", { refresh_token }, headers);
const refreshByCookie = (cookies: Record<string, string>, headers: Record<string, string> = {}) =>
  post("/v1/auth/refresh", {}, { cookie: cookieHeader(cookies), ...headers });
const sessionIn = (reply: Reply): Session => v.parse(SessionSchema, reply.json);
const codeOf = (reply: Reply) => problemOf(reply).code;
/** Something that changes something, however little. */
const changes = (access_token: string) =>
  post("/v1/rooms", { kind: "group", name: "x" }, { authorization: `Bearer ${access_token}` });

test("TOK-1 a refresh gives a fresh access token and the next refresh token, for the same device", async () => {
  const device = await another();
  const next = sessionIn(await refresh(device.session.refresh_token));
  expect(next.device_id).toBe(device.session.device_id);
  expect(next.user).toEqual(ada.session.user);
  expect(next.access_token).not.toBe(device.session.access_token);
  expect(next.refresh_token).not.toBe(device.session.refresh_token);
  expect((await changes(next.access_token)).status).toBe(201);
  expect(sessionIn(await refresh(next.refresh_token)).device_id).toBe(next.device_id);
});

test("TOK-1 a page never sees its refresh token: that is in a cookie which no script reads", async () => {
  const login = (headers: Record<string, string>) =>
    post("/v1/auth/login", { handle: "ada", password: PASSWORD }, headers);
  for (const headers of [{ origin: server.origin }, { "sec-fetch-site": "same-origin" }]) {
    const reply = await login(headers);
    expect(sessionIn(reply).refresh_token).toBe("");
    const cookies = cookiesOf(reply);
    expect(reply.text).not.toContain(cookies[REFRESH]);
    const lines = reply.headers.getSetCookie();
    expect(lines).toHaveLength(3);
    for (const line of lines)
      expect(line).toMatch(
        /^__Host-quoth_\w+=[\w.-]+; Path=\/; Max-Age=\d+; HttpOnly; Secure; SameSite=Strict$/,
      );
    const again = await refreshByCookie(cookies, { origin: server.origin });
    expect(sessionIn(again).refresh_token).toBe("");
    expect(cookiesOf(again)[REFRESH]).not.toBe(cookies[REFRESH]);
  }
  expect(sessionIn(await login({})).refresh_token).not.toBe("");
});

test("TOK-15 who signs in again in the same browser ends the session that it had", async () => {
  const login = (cookies: Record<string, string>) =>
    post(
      "/v1/auth/login",
      { handle: "ada", password: PASSWORD },
      { origin: server.origin, cookie: cookieHeader(cookies) },
    );
  const first = await login({});
  const { access_token } = sessionIn(first);
  expect((await changes(access_token)).status).toBe(201);
  const second = await login(cookiesOf(first));
  expect(codeOf(await changes(access_token))).toBe("unauthenticated");
  expect((await changes(sessionIn(second).access_token)).status).toBe(201);
});

test("TOK-2 within the grace a token that was followed gives its follower again, letter by letter", async () => {
  const { refresh_token } = (await another()).session;
  const first = sessionIn(await refresh(refresh_token));
  const again = sessionIn(await refresh(refresh_token));
  expect(again.refresh_token).toBe(first.refresh_token);
  expect(sessionIn(await refresh(again.refresh_token)).device_id).toBe(first.device_id);
});

test("TOK-2 however many refresh at once, all hold the same next token", async () => {
  const { refresh_token } = (await another()).session;
  const replies = await Promise.all(Array.from({ length: 8 }, () => refresh(refresh_token)));
  const next = new Set(replies.map((reply) => sessionIn(reply).refresh_token));
  expect(next.size).toBe(1);
  expect((await refresh([...next][0] ?? "")).status).toBe(200);
});

test("TOK-3 an older token than the one before ends the session, and takes the cookies away", async () => {
  const device = await another();
  const stolen = device.session.refresh_token;
  const one = sessionIn(await refresh(stolen));
  const two = sessionIn(await refresh(one.refresh_token));
  expect((await changes(two.access_token)).status).toBe(201);
  const replayed = await refresh(stolen);
  expect(problemOf(replayed)).toMatchObject({ code: "token_reused", status: 401 });
  expect(cookiesOf(replayed)).toEqual({ [SESSION]: "", [REFRESH]: "" });
  // Neither the thief nor the owner goes on with it.
  expect((await refresh(two.refresh_token)).status).toBe(401);
  expect(codeOf(await changes(two.access_token))).toBe("unauthenticated");
  // The owner's other devices do.
  expect((await changes(ada.session.access_token)).status).toBe(201);
});

test("TOK-4 a refresh token that we did not sign gets nothing, and ends nothing", async () => {
  const device = await another();
  const { user_id, session } = device;
  const start = {
    user_id,
    device_id: session.device_id,
    token_id: "1",
    ...refreshTimes(Date.now()),
  };
  const [head = "", body = "", signature = ""] = session.refresh_token.split(".");
  const unsigned = Buffer.from('{"alg":"none","typ":"rt+jwt"}').toString("base64url");
  const own = createTokens(server.keys.TOKEN_KEYS, server.origin);
  const past = refreshTimes(Date.now() - 31 * 86_400_000);
  const forgeries = [
    await createTokens([makeSigningKey()], server.origin).issueRefresh(start),
    await createTokens(server.keys.TOKEN_KEYS, "https://other.example.org").issueRefresh(start),
    await own.issueRefresh({ ...start, ...past }),
    `${unsigned}.${body}.`,
    `${head}.${body}.${signature.startsWith("A") ? "B" : "A"}${signature.slice(1)}`,
    session.access_token,
    "x",
    "x".repeat(5_000),
  ];
  for (const forgery of forgeries) expect(codeOf(await refresh(forgery))).toBe("unauthenticated");
  expect((await refresh(session.refresh_token)).status).toBe(200);
});

test("TOK-4 a token for nobody's device, though we signed it, gets nothing", async () => {
  const own = createTokens(server.keys.TOKEN_KEYS, server.origin);
  const times = { token_id: "1", ...refreshTimes(Date.now()) };
  const nobody = { user_id: newId("user"), device_id: newId("device"), ...times };
  expect((await refresh(await own.issueRefresh(nobody))).status).toBe(401);
  const noDevice = { user_id: ada.user_id, device_id: newId("device"), ...times };
  expect((await refresh(await own.issueRefresh(noDevice))).status).toBe(401);
});

test("TOK-5 a refresh token opens no route, and an access token refreshes nothing", async () => {
  const { refresh_token, access_token } = (await another()).session;
  const me = await ask(server.origin, "/v1/me", {
    headers: { authorization: `Bearer ${refresh_token}` },
  });
  expect(codeOf(me)).toBe("unauthenticated");
  expect(codeOf(await refresh(access_token))).toBe("unauthenticated");
});

test("TOK-6 a cookie refreshes only for a page of our own, and a foreign page nothing at all", async () => {
  const { cookies, session } = await another();
  for (const headers of [{}, { origin: FOREIGN_ORIGIN }, { origin: LISTED_ORIGIN }])
    expect(codeOf(await refreshByCookie(cookies, headers as Record<string, string>))).toBe(
      "bad_origin",
    );
  expect(codeOf(await refresh(session.refresh_token, { origin: FOREIGN_ORIGIN }))).toBe(
    "bad_origin",
  );
  expect((await refreshByCookie(cookies, { origin: server.origin })).status).toBe(200);
  expect(codeOf(await post("/v1/auth/refresh", {}))).toBe("unauthenticated");
});

test("TOK-7 signing out ends this session, the others, or all", async () => {
  const bo = await signUp(server.origin, "bo");
  const [two, three, four] = await Promise.all([bo.signsIn(), bo.signsIn(), bo.signsIn()]);
  const logout = (person: Person, which?: string) =>
    person.asks("/v1/auth/logout", { method: "POST", ...(which ? { body: { which } } : {}) });
  const alive = async () =>
    Promise.all(
      [bo, two, three, four].map(
        async ({ session }) => (await changes(session.access_token)).status === 201,
      ),
    );
  expect(await alive()).toEqual([true, true, true, true]);
  expect((await logout(two)).status).toBe(204);
  expect(await alive()).toEqual([true, false, true, true]);
  const others = await logout(three, "others");
  expect(cookiesOf(others)).toEqual({});
  expect(await alive()).toEqual([false, false, true, false]);
  // A device that is out already ends nobody else's.
  expect((await logout(four, "all")).status).toBe(204);
  expect(await alive()).toEqual([false, false, true, false]);
  expect(cookiesOf(await logout(three, "all"))).toEqual({ [SESSION]: "", [REFRESH]: "" });
  expect(await alive()).toEqual([false, false, false, false]);
  expect((await refresh(three.session.refresh_token)).status).toBe(401);
});

test("TOK-7 a session whose access token has run out is ended by its refresh cookie", async () => {
  const device = await another();
  const cookies = { [SESSION]: "run.out.long-ago", [REFRESH]: device.cookies[REFRESH] ?? "" };
  const headers = { cookie: cookieHeader(cookies), origin: server.origin };
  expect((await post("/v1/auth/logout", undefined, headers)).status).toBe(204);
  expect(codeOf(await changes(device.session.access_token))).toBe("unauthenticated");
});

test("TOK-7 who has no session is signed out already", async () => {
  for (const headers of [{}, { authorization: "Bearer nonsense" }, { cookie: `${REFRESH}=x` }]) {
    const own = { origin: server.origin, ...headers };
    expect((await post("/v1/auth/logout", { which: "all" }, own)).status).toBe(204);
  }
});

test("TOK-8 a session that has ended changes nothing on any route, from the next request on", async () => {
  const device = await another();
  await device.asks("/v1/auth/logout", { method: "POST" });
  const guarded = Object.entries(openApi().paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([method, operation]) => method !== "get" && "security" in operation)
      .filter(([, operation]) => (operation["security"] as unknown[]).length > 0)
      .map(([method]) => ({
        path: path.replaceAll(/\{\w+\}/g, "x"),
        method: method.toUpperCase(),
      })),
  );
  expect(guarded.length).toBeGreaterThan(15);
  for (const { path, method } of guarded)
    expect(codeOf(await device.asks(path, { method, body: {} })), `${method} ${path}`).toBe(
      "unauthenticated",
    );
});

test("ACC-12 me gives a page everything to go on with after it was closed", async () => {
  const reply = await ada.asksByCookie("/v1/me");
  const me = v.parse(MeSchema, reply.json);
  expect(me).toEqual({
    user: ada.session.user,
    account: {
      mail: null,
      mail_pending: null,
      has_password: true,
      passkeys: 0,
      second_factor: false,
      recovery_codes_left: 0,
      providers: [],
      leaving_at: null,
    },
    device_id: ada.session.device_id,
    expires_at: ada.session.expires_at,
  });
  expect(reply.text).not.toContain("scrypt");
});

test("ACC-9 who was leaving and signs in stays", async () => {
  const cy = await signUp(server.origin, "cy");
  const { DIRECTORY } = await server.env();
  await DIRECTORY.prepare("UPDATE accounts SET leaving_at = ?1 WHERE user_id = ?2")
    .bind(Date.now() + 1_000_000, cy.user_id)
    .run();
  const leaving = async () => v.parse(MeSchema, (await cy.asks("/v1/me")).json).account.leaving_at;
  expect(await leaving()).not.toBeNull();
  expect(
    personOf(
      server.origin,
      "cy",
      await post("/v1/auth/login", { handle: "cy", password: PASSWORD }),
    ).user_id,
  ).toBe(cy.user_id);
  expect(await leaving()).toBeNull();
});
