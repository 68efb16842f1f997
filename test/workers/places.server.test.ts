import { afterAll, beforeAll, expect, test } from "vitest";
import type { RoomId } from "../../schema/ids.ts";
import { startServer } from "../support/harness.ts";
import type { Server } from "../support/harness.ts";
import type { Person } from "./person.ts";
import { problemOf, signUp, ticketProtocols } from "./person.ts";

let server: Server;
let ada: Person;
let rooms: RoomId[];

beforeAll(async () => {
  server = await startServer({ vars: { SOCKETS_PER_USER: "4" } });
  ada = await signUp(server.origin, "ada");
  rooms = [
    await ada.creates({ kind: "group", name: "One" }),
    await ada.creates({ kind: "group", name: "Other" }),
  ];
});
afterAll(() => server.close());

async function opens(room_id: RoomId | null): Promise<WebSocket> {
  const path = room_id === null ? "/v1/me/inbox/socket" : `/v1/rooms/${room_id}/socket`;
  const url = server.origin.replace("http", "ws") + path;
  const socket = new WebSocket(url, ticketProtocols(await ada.ticket(room_id)));
  await new Promise((resolve, reject) => {
    socket.addEventListener("open", resolve);
    socket.addEventListener("error", reject);
  });
  return socket;
}

const ticketFor = (room_id: RoomId) =>
  ada.asks("/v1/tickets", { method: "POST", body: { room_id } });

test("CAP-1 CAP-2 the deployment's number of sockets, and for one more the ticket is refused with its code, until one is closed", async () => {
  const open = [await opens(null), await opens(rooms[0]!), await opens(rooms[1]!)];
  open.push(await opens(rooms[1]!));
  const refused = await ticketFor(rooms[0]!);
  expect([refused.status, problemOf(refused).code, problemOf(refused).retryable]).toEqual([
    429,
    "too_many_sockets",
    true,
  ]);
  const closed = new Promise((resolve) => open[2]!.addEventListener("close", resolve));
  open[2]!.close();
  await closed;
  expect((await ticketFor(rooms[0]!)).status).toBe(201);
  for (const socket of open) socket.close();
});
