import { afterAll, beforeAll, expect, test } from "vitest";
import { FOREIGN_ORIGIN, LISTED_ORIGIN, startServer } from "../support/harness.ts";
import type { Server } from "../support/harness.ts";
import type { Person } from "./person.ts";
import { ask, PASSWORD, problemOf, signUp } from "./person.ts";

let server: Server;
let ada: Person;

beforeAll(async () => {
  server = await startServer();
  ada = await signUp(server.origin, "ada");
});
afterAll(() => server.close());

const credentials = { handle: "ada", password: PASSWORD };
const login = (body: object, headers: Record<string, string> = {}) =>
  ask(server.origin, "/v1/auth/login", { method: "POST", body, headers });

test("AUTH-1 the directory holds no password", async () => {
  const { DIRECTORY } = await server.env();
  const { results } = await DIRECTORY.prepare(
    "SELECT * FROM accounts WHERE kind <> 'system'",
  ).all();
  expect(JSON.stringify(results)).not.toContain(PASSWORD);
  expect(results).toMatchObject([
    { handle: "ada", password_hash: expect.stringMatching(/^scrypt\$14\$8\$5\$/) },
  ]);
});

test("AUTH-2 an unknown handle, an impossible one and a wrong password get one answer", async () => {
  const replies = await Promise.all([
    login({ handle: "ada", password: "wrong password" }),
    login({ handle: "nobody", password: "wrong password" }),
    login({ handle: "?", password: "" }),
  ]);
  const told = replies.map((reply) => ({ ...problemOf(reply), request_id: "" }));
  expect(told[0]).toMatchObject({ code: "wrong_credentials", status: 401 });
  expect(told).toEqual([told[0], told[0], told[0]]);
});

test("AUTH-3 a handle is taken however it is cased, also by two at once", async () => {
  const register = (handle: string) =>
    ask(server.origin, "/v1/auth/register", {
      method: "POST",
      body: { handle, password: PASSWORD },
    });
  expect(problemOf(await register(" ADA ")).code).toBe("handle_taken");
  const race = await Promise.all([register("twin"), register("Twin")]);
  expect(race.map((reply) => reply.status).toSorted()).toEqual([201, 409]);
});

test("AUTH-4 each sign-in is a device of its own, and me says who it is", async () => {
  const session = (await login(credentials)).json as Person["session"];
  expect(session.user).toEqual(ada.session.user);
  expect(session.device_id).not.toBe(ada.session.device_id);
  const me = await ada.asks("/v1/me");
  const { user, device_id, expires_at } = ada.session;
  expect(me.json).toMatchObject({ user, device_id, expires_at });
});

test("AUTH-4 a token of another origin of the same deployment does not hold here", async () => {
  const elsewhere = server.origin.replace("127.0.0.1", "localhost");
  const reply = await ask(elsewhere, "/v1/me", {
    headers: { authorization: `Bearer ${ada.session.access_token}` },
  });
  expect(problemOf(reply).code).toBe("unauthenticated");
});

test("AUTH-6 the cookie is one that no script and no other host can touch", async () => {
  const cookies = (await login(credentials)).headers.getSetCookie().toSorted();
  const rest = "=[\\w.-]+; Path=/; Max-Age=\\d+; HttpOnly; Secure; SameSite=Strict$";
  expect(cookies).toEqual(
    ["known", "refresh", "session"].map((name) =>
      expect.stringMatching(new RegExp(`^__Host-quoth_${name}${rest}`)),
    ),
  );
  expect(cookies[2]).toContain("Max-Age=900;");
});

test("AUTH-6 a cookie reads, and changes something only from an origin of ours", async () => {
  const creates = (headers: Record<string, string>) =>
    ada.asksByCookie("/v1/rooms", {
      method: "POST",
      body: { kind: "group", name: "Cookies" },
      headers,
    });
  expect((await ada.asksByCookie("/v1/me")).status).toBe(200);
  expect((await creates({ origin: server.origin })).status).toBe(201);
  // A listed origin brings a bearer token: with the cookie it would act for whoever happens to be signed in.
  expect((await creates({ origin: LISTED_ORIGIN })).status).toBe(403);
  for (const headers of [
    {},
    { origin: FOREIGN_ORIGIN },
    { origin: "null" },
    { origin: `${server.origin}.evil.example` },
  ]) {
    expect(problemOf(await creates(headers)).code).toBe("bad_origin");
  }
});

test("AUTH-7 a page of another origin can neither register nor sign anybody in", async () => {
  expect(problemOf(await login(credentials, { origin: FOREIGN_ORIGIN })).code).toBe("bad_origin");
  const body = { handle: "planted", password: PASSWORD };
  const registered = await ask(server.origin, "/v1/auth/register", {
    method: "POST",
    body,
    headers: { origin: FOREIGN_ORIGIN },
  });
  expect(problemOf(registered).code).toBe("bad_origin");
  expect((await ada.asks("/v1/users?handle=planted")).json).toEqual({ users: [] });
  expect((await login(credentials, { origin: server.origin })).status).toBe(200);
});

test("AUTH-8 a header that does not hold is not made good by a cookie that does", async () => {
  for (const authorization of ["Bearer forged", "Basic YWRhOng=", "Bearer"]) {
    const reply = await ada.asksByCookie("/v1/me", { headers: { authorization } });
    expect(problemOf(reply).code).toBe("unauthenticated");
    expect(reply.headers.get("www-authenticate")).toContain("Bearer");
  }
});

test("AUTH-9 signing out takes the cookie away, also a dead one, and only for our own page", async () => {
  const logout = (headers: Record<string, string>) =>
    ask(server.origin, "/v1/auth/logout", { method: "POST", headers });
  const cookie = "__Host-quoth_session=run.out.long-ago";
  const reply = await logout({ cookie, origin: server.origin });
  expect(reply.status).toBe(204);
  const cleared = reply.headers.getSetCookie();
  expect(cleared.map((line) => line.split("; HttpOnly")[0]).toSorted()).toEqual([
    "__Host-quoth_refresh=; Path=/; Max-Age=0",
    "__Host-quoth_session=; Path=/; Max-Age=0",
  ]);
  expect((await logout({})).status).toBe(204);
  expect(problemOf(await logout({ cookie, origin: FOREIGN_ORIGIN })).code).toBe("bad_origin");
});

test("API-15 a listed origin may read, without cookies; any other may not", async () => {
  const listed = await ada.asks("/v1/me", { headers: { origin: LISTED_ORIGIN } });
  expect(listed.headers.get("access-control-allow-origin")).toBe(LISTED_ORIGIN);
  expect(listed.headers.get("access-control-expose-headers")).toContain("x-request-id");
  const foreign = await ada.asks("/v1/me", { headers: { origin: FOREIGN_ORIGIN } });
  expect(foreign.headers.has("access-control-allow-origin")).toBe(false);
  for (const { headers } of [listed, foreign]) {
    expect(headers.has("access-control-allow-credentials")).toBe(false);
    expect(headers.get("vary")).toContain("Origin");
  }
  const failed = await ask(server.origin, "/v1/me", { headers: { origin: LISTED_ORIGIN } });
  expect(failed.status).toBe(401);
  expect(failed.headers.get("access-control-allow-origin")).toBe(LISTED_ORIGIN);
});

test("API-15 a preflight is answered for listed origins only", async () => {
  const preflight = (origin: string) =>
    ask(server.origin, "/v1/rooms", {
      method: "OPTIONS",
      headers: { origin, "access-control-request-method": "POST" },
    });
  const allowed = await preflight(LISTED_ORIGIN);
  expect(allowed.status).toBe(204);
  expect(allowed.headers.get("access-control-allow-methods")).toContain("PATCH");
  expect(allowed.headers.get("access-control-allow-headers")).toContain("idempotency-key");
  expect(problemOf(await preflight(FOREIGN_ORIGIN)).code).toBe("bad_origin");
});

test("API-16 the page is framed by nobody and runs no script but its own files", async () => {
  for (const path of ["/", "/docs", "/rooms/anything"]) {
    const { status, headers } = await ask(server.origin, path);
    expect(status).toBe(200);
    const policy = headers.get("content-security-policy") ?? "";
    expect(policy).toContain("default-src 'self'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).toContain("require-trusted-types-for 'script'");
    expect(policy).toContain(`connect-src 'self' ${server.origin.replace("http", "ws")};`);
    expect(policy).not.toMatch(/unsafe|script-src|\*/);
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("referrer-policy")).toBe("no-referrer");
    expect(headers.get("cross-origin-opener-policy")).toBe("same-origin");
    expect(headers.has("strict-transport-security")).toBe(false);
  }
});

test("API-16 /docs is the documentation, and what is no file is the page", async () => {
  expect((await ask(server.origin, "/docs")).text).toContain("the documentation");
  expect((await ask(server.origin, "/rooms/anything")).text).toContain("the page");
  expect(problemOf(await ask(server.origin, "/", { method: "POST" })).code).toBe(
    "method_not_allowed",
  );
});

test("API-16 a page that the browser has already is confirmed, with the same headers", async () => {
  const etag = (await ask(server.origin, "/docs")).headers.get("etag") ?? "";
  const again = await ask(server.origin, "/docs", { headers: { "if-none-match": etag } });
  expect(again.status).toBe(304);
  expect(again.headers.get("content-security-policy")).toContain("frame-ancestors 'none'");
});

test("API-16 answers of the API are data that nobody keeps", async () => {
  const { headers } = await ada.asks("/v1/me");
  expect(headers.get("content-security-policy")).toBe("default-src 'none'; frame-ancestors 'none'");
  expect(headers.get("cache-control")).toBe("no-store");
  expect((await ask(server.origin, "/v1/keys")).headers.get("cache-control")).toContain("public");
});

test("API-7 what does not exist is told apart from what has other methods", async () => {
  expect(problemOf(await ask(server.origin, "/v1/nothing")).code).toBe("no_such_route");
  expect(problemOf(await ask(server.origin, "/v1")).code).toBe("no_such_route");
  const wrong = await ask(server.origin, "/v1/auth/login");
  expect(problemOf(wrong).code).toBe("method_not_allowed");
  expect(wrong.headers.get("allow")).toBe("POST");
  expect((await ask(server.origin, "/v1/keys", { method: "DELETE" })).headers.get("allow")).toBe(
    "GET, HEAD",
  );
  expect(problemOf(await ask(server.origin, "/v1/keys", { method: "OPTIONS" })).code).toBe(
    "method_not_allowed",
  );
});

test("API-7 HEAD answers as GET does, without a body", async () => {
  const head = await ada.asks("/v1/me", { method: "HEAD" });
  expect(head.status).toBe(200);
  expect(head.text).toBe("");
  expect((await ask(server.origin, "/v1/me", { method: "HEAD" })).status).toBe(401);
});

test("API-14 the document is served", async () => {
  const reply = await ask(server.origin, "/v1/openapi.json");
  expect(reply.json).toMatchObject({
    openapi: "3.1.0",
    paths: { "/v1/rooms/{room_id}": { get: { operationId: "getRoom" } } },
  });
});
