import { request as openRequest } from "node:http";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { RoomId } from "../../schema/ids.ts";
import { newId } from "../../schema/ids.ts";
import { OPENING_HEADER } from "../../schema/rpc.ts";
import { subprotocol, wire } from "../../schema/version.ts";
import { createTokens } from "../../workers/services/tokens.ts";
import { FOREIGN_ORIGIN, LISTED_ORIGIN, startServer } from "../support/harness.ts";
import type { Server } from "../support/harness.ts";
import type { Person } from "./person.ts";
import { ask, problemOf, signUp, ticketProtocols } from "./person.ts";

let server: Server;
let ada: Person;
let bo: Person;
let room_id: RoomId;

beforeAll(async () => {
  server = await startServer();
  [ada, bo] = await Promise.all([signUp(server.origin, "ada"), signUp(server.origin, "bo")]);
  room_id = await ada.creates({ kind: "group", name: "Sockets" });
});
afterAll(() => server.close());

interface Upgrade {
  status: number;
  code: string | null;
  protocol: string | undefined;
  request_id: string | undefined;
}

/** An upgrade as it goes over the wire, since a WebSocket hides why it was refused. */
function upgrade(
  protocols: readonly string[],
  headers: Record<string, string> = {},
  room: string | null = room_id,
): Promise<Upgrade> {
  const path = room === null ? "/v1/me/inbox/socket" : `/v1/rooms/${room}/socket`;
  return new Promise((resolve, reject) => {
    const request = openRequest(server.origin + path, {
      headers: {
        connection: "Upgrade",
        upgrade: "websocket",
        "sec-websocket-version": "13",
        "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
        ...(protocols.length === 0 ? {} : { "sec-websocket-protocol": protocols.join(", ") }),
        ...headers,
      },
    });
    const answer = (
      status: number | undefined,
      got: NodeJS.Dict<string | string[]>,
      code: string | null,
    ) =>
      resolve({
        status: status ?? 0,
        code,
        protocol: got["sec-websocket-protocol"]?.toString(),
        request_id: got["x-request-id"]?.toString(),
      });
    request.on("upgrade", (response, socket) => {
      socket.destroy();
      answer(response.statusCode, response.headers, null);
    });
    request.on("response", (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (part: string) => (text += part));
      response.on("end", () => answer(response.statusCode, response.headers, codeIn(text)));
    });
    request.on("error", reject);
    request.end();
  });
}

const codeIn = (text: string) => (JSON.parse(text) as { code: string }).code;
const tokensHere = (now: () => number = Date.now) =>
  createTokens(server.keys.TOKEN_KEYS, server.origin, now);
const claims = () => ({
  user_id: ada.user_id,
  device_id: ada.session.device_id,
  room_id,
  origin: null,
});

test("TICKET-2 a ticket opens one socket, in the first version of those offered that is spoken here", async () => {
  const protocols = ticketProtocols(await ada.ticket(room_id));
  const opened = await upgrade(["quoth.v9", ...protocols]);
  expect(opened).toMatchObject({ status: 101, protocol: subprotocol(wire.version) });
  expect(opened.request_id).toMatch(/^request_/);
  expect(await upgrade(protocols)).toMatchObject({ status: 401, code: "ticket_refused" });
});

test("TICKET-2 of two sockets at once with one ticket, one opens", async () => {
  const protocols = ticketProtocols(await ada.ticket(room_id));
  const both = await Promise.all([upgrade(protocols), upgrade(protocols)]);
  expect(both.map(({ status }) => status).toSorted()).toEqual([101, 401]);
});

test("TICKET-2 the socket greets its owner", async () => {
  const protocols = ticketProtocols(await ada.ticket(room_id));
  const socket = new WebSocket(
    `${server.origin.replace("http", "ws")}/v1/rooms/${room_id}/socket`,
    protocols,
  );
  const frame = await new Promise<unknown>((resolve, reject) => {
    socket.addEventListener("message", ({ data }) => resolve(JSON.parse(String(data))), {
      once: true,
    });
    socket.addEventListener("error", () => reject(new Error("the socket did not open")), {
      once: true,
    });
  });
  socket.close();
  expect(frame).toMatchObject({
    type: "hello",
    version: wire.version,
    room_id,
    user_id: ada.user_id,
    device_id: ada.session.device_id,
  });
});

test("TICKET-3 a ticket is for its room, its origin and its half minute", async () => {
  const other = await ada.creates({ kind: "group", name: "Other" });
  const own = server.origin;
  const forPage = await ada.ticket(room_id, { origin: own });
  const late = await tokensHere(() => Date.now() - 31_000).issueTicket(claims());
  const elsewhere = await createTokens(
    server.keys.TOKEN_KEYS,
    "https://other.example.org",
  ).issueTicket(claims());
  const strangers = await startedElsewhere();
  const refused = [
    await upgrade(ticketProtocols(await ada.ticket(other))),
    await upgrade(ticketProtocols(await ada.ticket(room_id)), { origin: own }),
    await upgrade(ticketProtocols(forPage)),
    await upgrade(ticketProtocols(forPage), { origin: LISTED_ORIGIN }),
    await upgrade(ticketProtocols(late.token)),
    await upgrade(ticketProtocols(elsewhere.token)),
    await upgrade(ticketProtocols(strangers)),
    await upgrade(ticketProtocols(ada.session.access_token)),
    await upgrade(ticketProtocols("forged")),
    await upgrade([subprotocol(wire.version)]),
  ];
  expect(refused.map(({ status, code }) => `${status} ${code}`)).toEqual(
    refused.map(() => "401 ticket_refused"),
  );
  expect((await upgrade(ticketProtocols(forPage), { origin: own })).status).toBe(101);
});

/** A ticket of a deployment with keys of its own. */
async function startedElsewhere(): Promise<string> {
  const { makeSigningKey } = await import("../support/keys.ts");
  return (await createTokens([makeSigningKey()], server.origin).issueTicket(claims())).token;
}

test("TICKET-3 a ticket is no access token, and names its owner only as long as they are a member", async () => {
  const ticket = await ada.ticket(room_id);
  const reply = await ask(server.origin, "/v1/me", {
    headers: { authorization: `Bearer ${ticket}` },
  });
  expect(problemOf(reply).code).toBe("unauthenticated");
  const forBo = await tokensHere().issueTicket({ ...claims(), user_id: bo.user_id });
  expect(await upgrade(ticketProtocols(forBo.token))).toMatchObject({
    status: 404,
    code: "not_found",
  });
});

test("TICKET-3 a page of another origin opens nothing, whatever ticket it has", async () => {
  const { token } = await tokensHere().issueTicket({ ...claims(), origin: FOREIGN_ORIGIN });
  expect(await upgrade(ticketProtocols(token), { origin: FOREIGN_ORIGIN })).toMatchObject({
    status: 403,
    code: "bad_origin",
  });
});

test("TICKET-4 a request without upgrade, and one in another version, are told so", async () => {
  const plain = await ask(server.origin, `/v1/rooms/${room_id}/socket`);
  expect(problemOf(plain)).toMatchObject({ status: 426, code: "upgrade_required" });
  const [, ticket = ""] = ticketProtocols(await ada.ticket(room_id));
  expect(await upgrade([])).toMatchObject({ status: 400, code: "bad_version" });
  const unknown = subprotocol(wire.version + 1);
  expect(await upgrade([unknown, ticket])).toMatchObject({ status: 400, code: "bad_version" });
  expect(await upgrade([subprotocol(wire.version), ticket], {}, "room_1")).toMatchObject({
    status: 404,
    code: "not_found",
  });
});

test("TICKET-5 an opening of the client's own is not passed on", async () => {
  const opening = JSON.stringify({
    caller: { user_id: ada.user_id, device_id: newId("device"), request_id: newId("request") },
    room_id,
    ticket_id: "forged",
    ticket_expires_at: Date.now() + 60_000,
  });
  expect(await upgrade([subprotocol(wire.version)], { [OPENING_HEADER]: opening })).toMatchObject({
    status: 401,
    code: "ticket_refused",
  });
  const forBo = await tokensHere().issueTicket({ ...claims(), user_id: bo.user_id });
  expect((await upgrade(ticketProtocols(forBo.token), { [OPENING_HEADER]: opening })).status).toBe(
    404,
  );
});

test("TICKET-6 a ticket without a room opens its owner's inbox, once, and no room", async () => {
  const protocols = ticketProtocols(await ada.ticket(null));
  expect(await upgrade(protocols)).toMatchObject({ status: 401, code: "ticket_refused" });
  expect(await upgrade(protocols, {}, null)).toMatchObject({
    status: 101,
    protocol: subprotocol(wire.version),
  });
  expect(await upgrade(protocols, {}, null)).toMatchObject({ code: "ticket_refused" });
  const forRoom = ticketProtocols(await ada.ticket(room_id));
  expect(await upgrade(forRoom, {}, null)).toMatchObject({ code: "ticket_refused" });
  expect(await upgrade([], {}, null)).toMatchObject({ code: "bad_version" });
  expect(await upgrade([subprotocol(wire.version)], {}, null)).toMatchObject({
    code: "ticket_refused",
  });
  const plain = await ask(server.origin, "/v1/me/inbox/socket");
  expect(problemOf(plain).code).toBe("upgrade_required");
});

test("TICKET-7 a device that was signed out gets no ticket", async () => {
  const device = await ada.signsIn();
  await device.asks("/v1/auth/logout", { method: "POST" });
  for (const room of [room_id, null]) {
    const reply = await device.asks("/v1/tickets", { method: "POST", body: { room_id: room } });
    expect(problemOf(reply).code).toBe("unauthenticated");
  }
});
