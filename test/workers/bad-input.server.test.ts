import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { RoomId } from "../../schema/ids.ts";
import { newId } from "../../schema/ids.ts";
import { limits } from "../../schema/limits.ts";
import type { RefusalCode } from "../../schema/refusals.ts";
import { startServer } from "../support/harness.ts";
import type { Server } from "../support/harness.ts";
import type { Ask, Person } from "./person.ts";
import { ask, PASSWORD, problemOf, signUp } from "./person.ts";

/** What no request may make come back, or be kept. */
const MARK = "zq-marker-zq";

let server: Server;
let ada: Person;
let room_id: RoomId;
let seq_before: unknown;

beforeAll(async () => {
  server = await startServer();
  ada = await signUp(server.origin, "ada");
  room_id = await ada.creates({ kind: "group", name: "Lighthouse" });
});
afterAll(() => server.close());

const position = async () =>
  ((await ada.asks(`/v1/rooms/${room_id}`)).json as { position: unknown }).position;
beforeEach(async () => {
  seq_before = await position();
});

const messages = () => `/v1/rooms/${room_id}/messages`;
const post = (body: unknown, headers: Record<string, string> = {}): Ask => ({
  method: "POST",
  body,
  headers,
});

interface Case {
  path: () => string;
  request: Ask;
  code: RefusalCode;
  field?: string;
}
const sends = (body: unknown, code: RefusalCode, field?: string): Case => ({
  path: messages,
  request: post(body),
  code,
  ...(field === undefined ? {} : { field }),
});

/** The refusal, its field, nothing of the request in it, and nothing changed by it. */
function refuses(title: string, { path, request, code, field }: Case): void {
  test(title, async () => {
    const reply = await ada.asks(path(), request);
    const problem = problemOf(reply);
    expect(problem.code).toBe(code);
    expect(problem.field).toBe(field);
    expect(reply.text).not.toContain(MARK);
    expect([...reply.headers].join()).not.toContain(MARK);
    expect(await position()).toEqual(seq_before);
  });
}

refuses("API-6 text that is no JSON", sends(`{"text": ${MARK}`, "bad_frame"));
refuses("API-6 an empty body", sends("", "bad_frame"));
refuses("API-6 no body", { path: messages, request: { method: "POST" }, code: "bad_frame" });
refuses("API-6 white space", sends(" ", "bad_frame"));
refuses("API-6 a list", sends([MARK], "bad_frame"));
refuses("API-6 null", sends("null", "bad_frame"));
refuses("API-6 a word", sends(`"${MARK}"`, "bad_frame"));
refuses("API-6 another content type", {
  path: messages,
  request: post({ text: MARK }, { "content-type": "text/plain" }),
  code: "invalid",
  field: "content-type",
});
refuses("API-6 a form", {
  path: messages,
  request: post(`text=${MARK}`, { "content-type": "application/x-www-form-urlencoded" }),
  code: "invalid",
  field: "content-type",
});
refuses("API-6 another charset", {
  path: messages,
  request: post({ text: MARK }, { "content-type": "application/json; charset=utf-16" }),
  code: "invalid",
  field: "content-type",
});
refuses("API-4 a field that is not in the contract", sends({ text: "x", [MARK]: MARK }, "invalid"));
refuses(
  "API-4 a field that only the server sets",
  sends({ text: "x", author: newId("user"), seq: 1 }, "invalid"),
);
refuses(
  "API-4 a command in place of a text",
  sends({ type: "delete", message_id: MARK }, "invalid", "text"),
);
refuses("API-4 a role of one's own", {
  path: () => `/v1/rooms/${room_id}/members`,
  request: post({ user_id: newId("user"), role: "owner" }),
  code: "invalid",
});
refuses("API-4 an owner at creation", {
  path: () => "/v1/rooms",
  request: post({ kind: "group", name: "x", created_by: newId("user") }),
  code: "invalid",
});
refuses("API-4 a prototype", sends(`{"text":"x","__proto__":{"role":"owner"}}`, "invalid"));
refuses("API-4 an unknown query parameter", {
  path: () => `${messages()}?${MARK}=1`,
  request: {},
  code: "invalid",
});
refuses("API-3 a number for a text", sends({ text: 7 }, "invalid", "text"));
refuses("API-3 no text", sends({}, "invalid", "text"));
refuses("API-3 a text without anything in it", sends({ text: " \n " }, "invalid", "text"));
refuses("API-3 half a character", sends(`{"text":"${MARK}\\ud800"}`, "invalid", "text"));
refuses("API-3 a kind that does not exist", {
  path: () => "/v1/rooms",
  request: post({ kind: MARK, name: "x" }),
  code: "invalid",
  field: "kind",
});
refuses("API-3 a name with a hidden turn", {
  path: () => "/v1/rooms",
  request: post({ kind: "group", name: `${MARK}\u202e` }),
  code: "invalid",
  field: "name",
});
refuses("API-3 a member that is no id", {
  path: () => "/v1/rooms",
  request: post({ kind: "group", name: "x", members: [MARK] }),
  code: "invalid",
  field: "members.0",
});
refuses("API-3 more members than can be named", {
  path: () => "/v1/rooms",
  request: post({
    kind: "group",
    name: "x",
    members: Array.from({ length: limits.members_at_creation + 1 }, () => newId("user")),
  }),
  code: "invalid",
  field: "members",
});
refuses("API-3 a limit that is no number", {
  path: () => `${messages()}?limit=${MARK}`,
  request: {},
  code: "invalid",
  field: "limit",
});
refuses("API-3 a limit out of range", {
  path: () => `${messages()}?limit=201`,
  request: {},
  code: "invalid",
  field: "limit",
});
refuses("API-3 a limit in brackets", {
  path: () => `${messages()}?limit=[5]`,
  request: {},
  code: "invalid",
  field: "limit",
});
refuses("API-3 a limit that is given twice", {
  path: () => `${messages()}?limit=5&limit=6`,
  request: {},
  code: "invalid",
  field: "limit",
});
refuses("API-3 a place before the first", {
  path: () => `${messages()}?before=0`,
  request: {},
  code: "invalid",
  field: "before",
});
refuses("API-3 a place beyond all numbers", {
  path: () => `${messages()}?before=99999999999999999999`,
  request: {},
  code: "invalid",
  field: "before",
});
refuses("API-3 users by ids that are none", {
  path: () => `/v1/users?ids=${newId("user")},${MARK}`,
  request: {},
  code: "invalid",
  field: "ids.1",
});
refuses("API-3 users by nothing", { path: () => "/v1/users", request: {}, code: "invalid" });
refuses("API-3 users by both", {
  path: () => `/v1/users?handle=ada&ids=${newId("user")}`,
  request: {},
  code: "invalid",
});
refuses("API-3 a key that is too long", {
  path: messages,
  request: post({ text: "x" }, { "idempotency-key": MARK.repeat(6) }),
  code: "invalid",
  field: "idempotency-key",
});
refuses("API-3 an empty key", {
  path: messages,
  request: post({ text: "x" }, { "idempotency-key": "" }),
  code: "invalid",
  field: "idempotency-key",
});
refuses("API-3 a key that is not printable", {
  path: messages,
  request: post({ text: "x" }, { "idempotency-key": "k\u00e9y" }),
  code: "invalid",
  field: "idempotency-key",
});
refuses(
  "API-5 a text over its limit",
  sends({ text: "x".repeat(limits.large_text_bytes + 1) }, "text_too_long", "text"),
);
refuses(
  "API-5 a text over its limit in bytes only",
  sends({ text: "ü".repeat(limits.large_text_bytes / 2 + 1) }, "text_too_long", "text"),
);
refuses("API-5 a body over the limit", {
  path: () => `/v1/rooms/${room_id}/members`,
  request: post({ user_id: "x".repeat(limits.frame_bytes) }),
  code: "too_large",
});
refuses(
  "API-5 a body over the limit of those that bring long texts",
  sends({ text: "x".repeat(limits.large_body_bytes) }, "too_large"),
);
refuses(
  "API-5 a large body of many parts",
  sends(`{"text":"x","quote":[${"[],".repeat(limits.frame_bytes / 3)}[]]}`, "too_large"),
);
refuses("API-8 a room that is no id", {
  path: () => `/v1/rooms/${MARK}`,
  request: {},
  code: "not_found",
});
refuses("API-8 a message that is no id", {
  path: () => `${messages()}/${MARK}`,
  request: { method: "DELETE" },
  code: "not_found",
});
refuses("API-8 a room with a slash hidden in it", {
  path: () => "/v1/rooms/..%2f..%2fkeys",
  request: {},
  code: "not_found",
});
refuses("API-8 a path that cannot be decoded", {
  path: () => "/v1/rooms/%e0%a4%a",
  request: {},
  code: "not_found",
});

test("API-4 a rejected registration makes no account", async () => {
  const body = { handle: "mallory", password: PASSWORD, user_id: ada.user_id, is_admin: true };
  const reply = await ask(server.origin, "/v1/auth/register", post(body));
  expect(problemOf(reply).code).toBe("invalid");
  expect((await ada.asks("/v1/users?handle=mallory")).json).toEqual({ users: [] });
});

test("API-3 a password that is refused does not come back, and is not logged", async () => {
  const password = MARK.repeat(50);
  const reply = await ask(server.origin, "/v1/auth/register", post({ handle: "eve", password }));
  expect(problemOf(reply)).toMatchObject({ code: "invalid", field: "password" });
  expect(reply.text).not.toContain(MARK);
  expect(
    server.harness
      .getLogs()
      .map((entry) => entry.message)
      .join("\n"),
  ).not.toContain(MARK);
});

test("API-5 a body whose length nobody declared is counted while it comes", async () => {
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      controller.enqueue(new TextEncoder().encode("x".repeat(16_384)));
      sent += 1;
      if (sent === 64) controller.close();
    },
  });
  let sent = 0;
  const response = await fetch(`${server.origin}/v1/rooms/${room_id}/members`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${ada.session.access_token}`,
      "content-type": "application/json",
    },
    body,
    duplex: "half",
  } as RequestInit);
  expect(response.status).toBe(413);
  expect(await response.json()).toMatchObject({ code: "too_large" });
});

test("API-6 a message of exactly the limit is accepted, with its charset named", async () => {
  const reply = await ada.asks(
    messages(),
    post(
      { text: "x".repeat(limits.text_bytes) },
      { "content-type": "application/json; charset=UTF-8" },
    ),
  );
  expect(reply.status).toBe(201);
});

test("API-6 a route that takes no body does not read one", async () => {
  const stranger = await signUp(server.origin, "stranger");
  const channel = await ada.creates({ kind: "channel", name: "Open" });
  const reply = await stranger.asks(`/v1/rooms/${channel}/join`, {
    method: "POST",
    body: "{ no JSON",
  });
  expect(reply.status).toBe(200);
});
