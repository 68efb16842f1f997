import { afterAll, beforeAll, expect, test } from "vitest";
import * as v from "valibot";
import type { Scope } from "../../schema/device.ts";
import { ApiTokensSchema, BotsSchema, CreatedTokenSchema } from "../../schema/http-account.ts";
import { newId } from "../../schema/ids.ts";
import { limits } from "../../schema/limits.ts";
import type { User } from "../../schema/user.ts";
import { UserSchema } from "../../schema/user.ts";
import { startServer } from "../support/harness.ts";
import type { Server } from "../support/harness.ts";
import type { Ask, Person, Reply } from "./person.ts";
import { ask, problemOf, signUp } from "./person.ts";

let server: Server;
let ada: Person;
let eve: Person;

beforeAll(async () => {
  server = await startServer();
  [ada, eve] = await Promise.all([signUp(server.origin, "ada"), signUp(server.origin, "eve")]);
});
afterAll(() => server.close());

const DAY_MS = 86_400_000;
const wanted = (scopes: readonly Scope[], name = "Program") => ({
  name,
  scopes,
  expires_in_ms: DAY_MS,
});
const post = (body: object): Ask => ({ method: "POST", body });
const codeOf = (reply: Reply) => problemOf(reply).code;
const made = (reply: Reply) => v.parse(CreatedTokenSchema, reply.json);
const tokenOf = async (scopes: readonly Scope[]) =>
  made(await ada.asks("/v1/me/tokens", post(wanted(scopes))));
/** Requests as a program makes them. */
const program =
  (token: string) =>
  (path: string, request: Ask = {}) =>
    ask(server.origin, path, { ...request, headers: { authorization: `Bearer ${token}` } });
const group = post({ kind: "group", name: "By a program" });

test("TOK-9 a token is shown once, speaks for who made it, and is kept as a hash", async () => {
  const { token, details } = await tokenOf(["read", "write"]);
  expect(token).toMatch(/^quoth_pat_[0-9a-f]{32}_[\w-]{43}$/);
  expect(details).toMatchObject({ name: "Program", scopes: ["read", "write"], last_used_at: null });
  const asks = program(token);
  expect((await asks("/v1/me")).json).toMatchObject({ user: { user_id: ada.user_id } });
  expect((await asks("/v1/rooms", group)).status).toBe(201);
  const listed = await ada.asks("/v1/me/tokens");
  expect(listed.text).not.toContain(token);
  const { tokens } = v.parse(ApiTokensSchema, listed.json);
  const own = tokens.find(({ device_id }) => device_id === details.device_id);
  expect(own?.last_used_at).toEqual(expect.any(Number));
  expect(token).not.toContain(own?.prefix ?? token);
  const lines = server.harness.getLogs().map((entry) => entry.message);
  expect(lines.join("\n")).not.toContain(token.slice(-43));
});

test("TOK-10 a token does what its scopes say and nothing else", async () => {
  const allowed: Record<string, (asks: ReturnType<typeof program>) => Promise<Reply>> = {
    read: (asks) => asks("/v1/me"),
    write: (asks) => asks("/v1/rooms", group),
    account: (asks) => asks("/v1/me/devices"),
  };
  for (const scopes of [["read"], ["write"], ["account"]] as const) {
    const asks = program((await tokenOf(scopes)).token);
    for (const [scope, request] of Object.entries(allowed)) {
      const reply = await request(asks);
      if (scope === scopes[0]) expect(reply.status, `${scopes[0]}: ${scope}`).toBeLessThan(300);
      else expect(codeOf(reply), `${scopes[0]}: ${scope}`).toBe("scope_missing");
    }
  }
});

test("TOK-16 a socket reads and writes, so a token opens one only with both scopes; the devices are the account's", async () => {
  const ticket = post({ room_id: null });
  const opens = async (scopes: Parameters<typeof tokenOf>[0]) =>
    (await program((await tokenOf(scopes)).token)("/v1/tickets", ticket)).status;
  expect(await opens(["read"])).toBe(403);
  expect(await opens(["write"])).toBe(403);
  expect(await opens(["read", "write"])).toBe(201);
  const reader = program((await tokenOf(["read"])).token);
  expect((await reader("/v1/me/inbox")).json).toMatchObject({ devices: [] });
});

test("TOK-11 a token makes no token, and who signed in long ago shows again that it is they", async () => {
  const { token } = await tokenOf(["read", "write", "account"]);
  const reply = await program(token)("/v1/me/tokens", post(wanted(["account"])));
  expect(codeOf(reply)).toBe("recent_sign_in_required");
});

test("TOK-12 a token ends at once, at its time, and with nothing else", async () => {
  const { token, details } = await tokenOf(["read"]);
  const [other, asks] = [await tokenOf(["read"]), program(token)];
  expect((await asks("/v1/me")).status).toBe(200);
  const path = `/v1/me/tokens/${details.device_id}`;
  expect(codeOf(await eve.asks(path, { method: "DELETE" }))).toBe("not_found");
  expect((await asks("/v1/me")).status).toBe(200);
  expect((await ada.asks(path, { method: "DELETE" })).status).toBe(204);
  expect(codeOf(await asks("/v1/me"))).toBe("unauthenticated");
  expect((await program(other.token)("/v1/me")).status).toBe(200);
  expect(codeOf(await ada.asks(path, { method: "DELETE" }))).toBe("not_found");
  for (const expires_in_ms of [0, 59_999, limits.api_token_ms_max + 1, 1.5, "1"]) {
    const body = { ...wanted(["read"]), expires_in_ms };
    expect(problemOf(await ada.asks("/v1/me/tokens", post(body)))).toMatchObject({
      code: "invalid",
      field: "expires_in_ms",
    });
  }
});

test("TOK-12 a token that nobody made, and one of another's under a wrong name, open nothing", async () => {
  const { token } = await tokenOf(["read"]);
  const secret = token.slice(-43);
  const hexOf = (user_id: string) => user_id.slice("user_".length).replaceAll("-", "");
  const flipped = `${secret.startsWith("A") ? "B" : "A"}${secret.slice(1)}`;
  for (const forgery of [
    `quoth_pat_${hexOf(eve.user_id)}_${secret}`,
    `quoth_pat_${hexOf(newId("user"))}_${secret}`,
    `quoth_pat_${hexOf(ada.user_id)}_${flipped}`,
    `quoth_bot_${hexOf(ada.user_id)}_${secret}`,
    `quoth_pat_${"0".repeat(32)}_${secret}`,
    `quoth_pat__${secret}`,
  ])
    expect(codeOf(await program(forgery)("/v1/me")), forgery).toBe("unauthenticated");
  // Programs bring a header: a cookie that a page could be made to send is no way for them.
  const byCookie = await ask(server.origin, "/v1/me", {
    headers: { cookie: `__Host-quoth_session=${token}` },
  });
  expect(codeOf(byCookie)).toBe("unauthenticated");
});

const makesBot = (person: Person, handle: string, more: object = {}) =>
  person.asks("/v1/bots", post({ handle, display_name: "Helper", ...more }));
const botOf = (reply: Reply): User => v.parse(UserSchema, reply.json);

test("TOK-13 a bot is an account of its own, with an owner, and its tokens speak as it", async () => {
  const bot = botOf(await makesBot(ada, "helper"));
  expect(bot).toMatchObject({ kind: "bot", handle: "helper", verified: false });
  const created = await ada.asks(`/v1/bots/${bot.user_id}/tokens`, post(wanted(["read", "write"])));
  const { token } = made(created);
  expect(token).toMatch(/^quoth_bot_/);
  const asks = program(token);
  expect((await asks("/v1/me")).json).toMatchObject({ user: bot });
  expect((await asks("/v1/rooms", group)).status).toBe(201);
  expect(codeOf(await asks("/v1/bots"))).toBe("scope_missing");
  expect(v.parse(BotsSchema, (await ada.asks("/v1/bots")).json).bots).toEqual([bot]);
  expect(v.parse(BotsSchema, (await eve.asks("/v1/bots")).json).bots).toEqual([]);
  expect(codeOf(await makesBot(eve, "he1per"))).toBe("handle_taken");
  expect(codeOf(await makesBot(eve, "mine", { owner: ada.user_id }))).toBe("invalid");
});

test("TOK-13 a bot makes no bots", async () => {
  const bot = botOf(await makesBot(ada, "breeder"));
  const { token } = made(
    await ada.asks(`/v1/bots/${bot.user_id}/tokens`, post(wanted(["account"]))),
  );
  const reply = await program(token)("/v1/bots", post({ handle: "child", display_name: "Child" }));
  expect(codeOf(reply)).toBe("not_allowed");
});

test("TOK-13 nobody has more bots than allowed, also when asking for many at once", async () => {
  const cy = await signUp(server.origin, "cy");
  const replies = await Promise.all(
    Array.from({ length: limits.bots + 3 }, (_, i) =>
      makesBot(cy, `crowd.${"abcdefghijklmnopqrstuvwxyz"[i]}`),
    ),
  );
  expect(replies.filter(({ status }) => status === 201)).toHaveLength(limits.bots);
  const refused = replies.filter(({ status }) => status !== 201);
  expect(refused.map(codeOf)).toEqual(["too_many", "too_many", "too_many"]);
});

test("TOK-14 a bot that is ended is gone with its tokens, for its owner only", async () => {
  const bot = botOf(await makesBot(ada, "brief"));
  const path = `/v1/bots/${bot.user_id}`;
  const asks = program(made(await ada.asks(`${path}/tokens`, post(wanted(["read"])))).token);
  expect((await asks("/v1/me")).status).toBe(200);
  for (const target of [path, `/v1/bots/${ada.user_id}`, `/v1/bots/${newId("user")}`]) {
    expect(codeOf(await eve.asks(target, { method: "DELETE" }))).toBe("not_found");
    expect(codeOf(await eve.asks(`${target}/tokens`, post(wanted(["read"]))))).toBe("not_found");
  }
  expect((await asks("/v1/me")).status).toBe(200);
  expect((await ada.asks(path, { method: "DELETE" })).status).toBe(204);
  expect(codeOf(await asks("/v1/me"))).toBe("unauthenticated");
  expect((await ada.asks("/v1/users?handle=brief")).json).toEqual({ users: [] });
  const members = { kind: "group", name: "x", members: [bot.user_id] };
  expect(codeOf(await ada.asks("/v1/rooms", post(members)))).toBe("invalid");
  expect(codeOf(await ada.asks(`${path}/tokens`, post(wanted(["read"]))))).toBe("not_found");
});
