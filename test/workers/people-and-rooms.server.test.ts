import { afterAll, beforeAll, expect, test } from "vitest";
import * as v from "valibot";
import type { MessagePage } from "../../schema/http.ts";
import {
  CreatedRoomSchema,
  EventPageSchema,
  MessagePageSchema,
  ReceiptAnswerSchema,
  RoomViewSchema,
  UsersSchema,
} from "../../schema/http.ts";
import { createdRoomId, messageIdOf, newId } from "../../schema/ids.ts";
import { startServer } from "../support/harness.ts";
import type { Server } from "../support/harness.ts";
import type { Person } from "./person.ts";
import { ask, problemOf, signUp } from "./person.ts";

let server: Server;
let ada: Person;
let bo: Person;
let cy: Person;

beforeAll(async () => {
  server = await startServer();
  [ada, bo, cy] = await Promise.all([
    signUp(server.origin, "ada"),
    signUp(server.origin, "bo"),
    signUp(server.origin, "cy"),
  ]);
});
afterAll(() => server.close());

const parsed = <S extends v.GenericSchema>(schema: S, value: unknown) => v.parse(schema, value);

test("API-11 a send that is repeated with its key has one effect and its first receipt", async () => {
  const room_id = await ada.creates({ kind: "group", name: "Lighthouse" });
  const first = await ada.sends(room_id, "hello", "my-key-1");
  const second = await ada.sends(room_id, "hello", "my-key-1");
  expect(first.replayed).toBe(false);
  expect(second.replayed).toBe(true);
  expect(second.receipt).toMatchObject({
    seq: first.receipt?.seq,
    hash: first.receipt?.hash,
    at: first.receipt?.at,
  });
  const page = parsed(MessagePageSchema, (await ada.asks(`/v1/rooms/${room_id}/messages`)).json);
  expect(page.messages.map((message) => message.text)).toEqual(["hello"]);
});

test("API-11 the same key for something else is refused, and names another command for another person", async () => {
  const room_id = await ada.creates({ kind: "group", name: "Keys", members: [bo.user_id] });
  await ada.sends(room_id, "one thing", "shared-key");
  const other = await ada.asks(`/v1/rooms/${room_id}/messages`, {
    method: "POST",
    body: { text: "another thing" },
    headers: { "idempotency-key": "shared-key" },
  });
  expect(problemOf(other).code).toBe("command_id_reused");
  expect((await bo.sends(room_id, "one thing", "shared-key")).replayed).toBe(false);
});

test("API-11 a command id is a key as it stands, and without a key every request is its own", async () => {
  const room_id = await ada.creates({ kind: "group", name: "Commands" });
  const command_id = newId("command");
  await ada.sends(room_id, "named", command_id);
  await ada.sends(room_id, "unnamed");
  await ada.sends(room_id, "unnamed");
  const { messages } = parsed(
    MessagePageSchema,
    (await ada.asks(`/v1/rooms/${room_id}/messages`)).json,
  );
  expect(messages[0]?.message_id).toBe(messageIdOf(command_id));
  expect(messages.map((message) => message.text)).toEqual(["named", "unnamed", "unnamed"]);
});

test("API-12 creating a room again with its key gives the room and its first receipt", async () => {
  const request = {
    method: "POST",
    body: { kind: "channel", name: "News" },
    headers: { "idempotency-key": newId("command") },
  };
  const [one, two] = [await ada.asks("/v1/rooms", request), await ada.asks("/v1/rooms", request)];
  const [first, second] = [
    parsed(CreatedRoomSchema, one.json),
    parsed(CreatedRoomSchema, two.json),
  ];
  expect([one.status, two.status]).toEqual([201, 201]);
  expect(second).toMatchObject({ room_id: first.room_id, replayed: true });
  expect(second.receipt?.hash).toBe(first.receipt?.hash);
  expect(first.room_id).toBe(createdRoomId(ada.user_id, request.headers["idempotency-key"]));
});

test("API-12 two people have one direct room, whoever asks and however often", async () => {
  const first = await ada.asks("/v1/rooms", {
    method: "POST",
    body: { kind: "direct", with: bo.user_id },
  });
  const again = await bo.asks("/v1/rooms", {
    method: "POST",
    body: { kind: "direct", with: ada.user_id },
  });
  expect(first.status).toBe(201);
  expect(again.status).toBe(200);
  const { room_id } = parsed(CreatedRoomSchema, first.json);
  expect(again.json).toEqual({ room_id, receipt: null, replayed: false });
  const withOneself = await ada.asks("/v1/rooms", {
    method: "POST",
    body: { kind: "direct", with: ada.user_id },
  });
  expect(problemOf(withOneself)).toMatchObject({ code: "invalid", field: "with" });
});

test("ACC-14 a direct room begins only with somebody who takes it, and one that is there stays", async () => {
  const [shy, friend] = [await signUp(server.origin, "shy"), await signUp(server.origin, "friend")];
  const asksFor = (person: Person, who: Person) =>
    person.asks("/v1/rooms", { method: "POST", body: { kind: "direct", with: who.user_id } });
  const before = parsed(CreatedRoomSchema, (await asksFor(friend, shy)).json);
  const body = { direct_from: "contacts" };
  expect((await shy.asks("/v1/me/settings", { method: "PATCH", body })).status).toBe(200);
  expect(problemOf(await asksFor(cy, shy)).code).toBe("not_reachable");
  // A group of two is a direct room by another name.
  const group = { kind: "group", name: "Just us", members: [shy.user_id] };
  const created = await cy.asks("/v1/rooms", { method: "POST", body: group });
  expect(problemOf(created).code).toBe("not_reachable");
  const again = await asksFor(friend, shy);
  expect(again.status).toBe(200);
  expect(again.json).toEqual({ room_id: before.room_id, receipt: null, replayed: false });
  // Whom one does not let in, one may still write to oneself.
  expect((await asksFor(shy, cy)).status).toBe(201);
});

test("API-13 nobody who does not exist becomes a member", async () => {
  const nobody = newId("user");
  const direct = await ada.asks("/v1/rooms", {
    method: "POST",
    body: { kind: "direct", with: nobody },
  });
  const group = await ada.asks("/v1/rooms", {
    method: "POST",
    body: { kind: "group", name: "x", members: [bo.user_id, nobody] },
  });
  const room_id = await ada.creates({ kind: "group", name: "Members", members: [bo.user_id] });
  const added = await ada.asks(`/v1/rooms/${room_id}/members`, {
    method: "POST",
    body: { user_id: nobody },
  });
  expect([direct, group, added].map((reply) => problemOf(reply).field)).toEqual([
    "with",
    "members",
    "user_id",
  ]);
  const view = parsed(RoomViewSchema, (await ada.asks(`/v1/rooms/${room_id}`)).json);
  expect(view.members.map((member) => member.user_id).toSorted()).toEqual(
    [ada.user_id, bo.user_id].toSorted(),
  );
});

test("API-11 members come and go by commands with receipts", async () => {
  const room_id = await ada.creates({ kind: "channel", name: "Harbour" });
  const add = {
    method: "POST",
    body: { user_id: bo.user_id },
    headers: { "idempotency-key": "add-bo" },
  };
  expect(
    parsed(ReceiptAnswerSchema, (await ada.asks(`/v1/rooms/${room_id}/members`, add)).json).receipt
      ?.seq,
  ).toBe(2);
  expect(
    parsed(ReceiptAnswerSchema, (await ada.asks(`/v1/rooms/${room_id}/members`, add)).json)
      .replayed,
  ).toBe(true);
  expect(
    parsed(
      ReceiptAnswerSchema,
      (await cy.asks(`/v1/rooms/${room_id}/join`, { method: "POST" })).json,
    ).receipt?.seq,
  ).toBe(3);
  expect(
    parsed(
      ReceiptAnswerSchema,
      (await bo.asks(`/v1/rooms/${room_id}/leave`, { method: "POST" })).json,
    ).receipt?.seq,
  ).toBe(4);
  const refused = await cy.asks(`/v1/rooms/${room_id}/members`, {
    method: "POST",
    body: { user_id: bo.user_id },
  });
  expect(problemOf(refused).code).toBe("not_allowed");
});

test("API-11 a message is edited and deleted by its author, and by nobody else", async () => {
  const room_id = await ada.creates({ kind: "group", name: "Edits", members: [bo.user_id] });
  const command_id = newId("command");
  await ada.sends(room_id, "helo", command_id);
  const path = `/v1/rooms/${room_id}/messages/${messageIdOf(command_id)}`;
  expect(problemOf(await bo.asks(path, { method: "PATCH", body: { text: "mine" } })).code).toBe(
    "not_author",
  );
  expect((await ada.asks(path, { method: "PATCH", body: { text: "hello" } })).status).toBe(200);
  expect((await ada.asks(path, { method: "DELETE" })).status).toBe(200);
  expect(problemOf(await ada.asks(path, { method: "PATCH", body: { text: "again" } })).code).toBe(
    "message_deleted",
  );
  const { messages } = parsed(
    MessagePageSchema,
    (await bo.asks(`/v1/rooms/${room_id}/messages`)).json,
  );
  expect(messages).toMatchObject([{ author: ada.user_id, text: null }]);
});

test("API-17 pages of messages lead to the first one, each message once", async () => {
  const room_id = await ada.creates({ kind: "group", name: "Pages" });
  for (let i = 1; i <= 7; i += 1) await ada.sends(room_id, `${i}`);
  const seen: (string | null)[] = [];
  let page: MessagePage | null = null;
  do {
    const before: string = page?.before ? `&before=${page.before}` : "";
    page = parsed(
      MessagePageSchema,
      (await ada.asks(`/v1/rooms/${room_id}/messages?limit=3${before}`)).json,
    );
    seen.unshift(...page.messages.map((message) => message.text));
  } while (page.before !== null);
  expect(seen).toEqual(["1", "2", "3", "4", "5", "6", "7"]);
});

test("API-17 pages of events lead to the head, each event once", async () => {
  const room_id = await ada.creates({ kind: "group", name: "Log" });
  for (let i = 1; i <= 4; i += 1) await ada.sends(room_id, `${i}`);
  const seqs: number[] = [];
  let after: number | null = 0;
  while (after !== null) {
    const reply = await ada.asks(`/v1/rooms/${room_id}/events?limit=2&after=${after}`);
    const page: v.InferOutput<typeof EventPageSchema> = parsed(EventPageSchema, reply.json);
    seqs.push(...page.events.map((event) => event.seq));
    after = page.after;
  }
  expect(seqs).toEqual([1, 2, 3, 4, 5]);
});

test("API-13 users are found by handle and by ids, and only in the public parts", async () => {
  const byHandle = await ada.asks("/v1/users?handle=BO");
  expect(byHandle.json).toEqual({ users: [bo.session.user] });
  const byIds = parsed(
    UsersSchema,
    (await ada.asks(`/v1/users?ids=${cy.user_id},${newId("user")},${ada.user_id}`)).json,
  );
  expect(byIds.users.map((user) => user.handle).toSorted()).toEqual(["ada", "cy"]);
  expect((await ada.asks("/v1/users?handle=nobody.here")).json).toEqual({ users: [] });
  expect(byHandle.text).not.toContain("scrypt");
});

test("API-1 answers carry a request id, a client's own only where it is one", async () => {
  const mine = newId("request");
  const ids = await Promise.all(
    [mine, "request_1", "x\ty", "<script>"].map(async (id) =>
      (await ask(server.origin, "/v1/keys", { headers: { "x-request-id": id } })).headers.get(
        "x-request-id",
      ),
    ),
  );
  expect(ids[0]).toBe(mine);
  for (const id of ids.slice(1)) expect(id).toMatch(/^request_[0-9a-f-]{36}$/);
  const failed = await ask(server.origin, "/v1/nothing", { headers: { "x-request-id": mine } });
  expect(problemOf(failed).request_id).toBe(mine);
  expect((await ask(server.origin, "/")).headers.get("x-request-id")).toMatch(/^request_/);
});

test("API-19 a request leaves one line that names it, and no line holds what people wrote", async () => {
  const room_id = await ada.creates({ kind: "group", name: "Quiet" });
  const secret = "a sentence that is nobody's business";
  const request_id = newId("request");
  await ada.asks(`/v1/rooms/${room_id}/messages`, {
    method: "POST",
    body: { text: secret },
    headers: { "x-request-id": request_id },
  });
  const lines = server.harness.getLogs().map((entry) => entry.message);
  const own = lines.filter(
    (line) => line.includes(request_id) && line.includes('"event":"request"'),
  );
  expect(own).toHaveLength(1);
  expect(JSON.parse(own[0] ?? "")).toMatchObject({
    level: "info",
    method: "POST",
    route: "/v1/rooms/{room_id}/messages",
    status: 201,
    user_id: ada.user_id,
    duration_ms: expect.any(Number),
  });
  expect(lines.join("\n")).not.toContain(secret);
  expect(lines.join("\n")).not.toContain(ada.session.access_token);
});

test("API-20 the keys are public parts of those that sign receipts", async () => {
  const reply = await ask(server.origin, "/v1/keys");
  const [signer] = server.keys.RECEIPT_KEYS;
  expect(reply.json).toEqual({
    keys: [{ kty: "OKP", crv: "Ed25519", kid: signer?.kid, x: signer?.x, use: "sig" }],
  });
  expect(reply.text).not.toContain(signer?.d ?? "nothing");
  const room_id = await ada.creates({ kind: "group", name: "Receipts" });
  expect((await ada.sends(room_id, "signed")).receipt?.head.key_id).toBe(signer?.kid);
});
