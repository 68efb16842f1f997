import { afterAll, beforeAll, expect, test } from "vitest";
import * as v from "valibot";
import { DeviceSchema } from "../../schema/device.ts";
import { DevicesSchema } from "../../schema/http-account.ts";
import { newId } from "../../schema/ids.ts";
import { startServer } from "../support/harness.ts";
import type { Server } from "../support/harness.ts";
import type { Person } from "./person.ts";
import { ask, PASSWORD, personOf, problemOf, signUp, ticketProtocols } from "./person.ts";

let server: Server;
let ada: Person;
let eve: Person;

beforeAll(async () => {
  server = await startServer();
  [ada, eve] = await Promise.all([signUp(server.origin, "ada"), signUp(server.origin, "eve")]);
});
afterAll(() => server.close());

const devicesOf = async (person: Person) =>
  v.parse(DevicesSchema, (await person.asks("/v1/me/devices")).json).devices;
const path = (person: Person) => `/v1/me/devices/${person.session.device_id}`;
const patch = (name: unknown) => ({ method: "PATCH", body: { name } });
const codeOf = async (reply: ReturnType<Person["asks"]>) => problemOf(await reply).code;

test("DEV-1 one's devices are listed, by what they call themselves or what their browser is", async () => {
  const reply = await ask(server.origin, "/v1/auth/login", {
    method: "POST",
    body: { handle: "ada", password: PASSWORD, device_name: "Kitchen" },
  });
  const kitchen = personOf(server.origin, "ada", reply);
  const browser = await ask(server.origin, "/v1/auth/login", {
    method: "POST",
    body: { handle: "ada", password: PASSWORD },
    headers: { "user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Firefox/150.0" },
  });
  const devices = await devicesOf(ada);
  expect(devices).toHaveLength(3);
  const named = Object.fromEntries(devices.map((device) => [device.device_id, device]));
  expect(named[kitchen.session.device_id]).toMatchObject({ name: "Kitchen", method: "password" });
  const firefox = personOf(server.origin, "ada", browser).session.device_id;
  expect(named[firefox]?.name).toBe("Firefox on Linux");
  for (const { created_at, last_seen_at } of devices)
    expect(last_seen_at).toBeGreaterThanOrEqual(created_at);
  expect(await devicesOf(eve)).toHaveLength(1);
});

test("DEV-2 a device is called what its owner calls it", async () => {
  const renamed = v.parse(DeviceSchema, (await ada.asks(path(ada), patch("Desk"))).json);
  expect(renamed).toMatchObject({ device_id: ada.session.device_id, name: "Desk" });
  expect((await devicesOf(ada)).map(({ name }) => name)).toContain("Desk");
  for (const name of ["", "x".repeat(101), "turned\u202e", 7, null])
    expect(await codeOf(ada.asks(path(ada), patch(name)))).toBe("invalid");
});

test("DEV-3 a device that was ended changes nothing any more, and the others go on", async () => {
  const lost = await ada.signsIn();
  expect((await ada.asks(path(lost), { method: "DELETE" })).status).toBe(204);
  const creates = (person: Person) =>
    person.asks("/v1/rooms", { method: "POST", body: { kind: "group", name: "x" } });
  expect(await codeOf(creates(lost))).toBe("unauthenticated");
  expect((await creates(ada)).status).toBe(201);
  expect((await devicesOf(ada)).map(({ device_id }) => device_id)).not.toContain(
    lost.session.device_id,
  );
  expect(await codeOf(ada.asks(path(lost), { method: "DELETE" }))).toBe("not_found");
  const refreshed = await ask(server.origin, "/v1/auth/refresh", {
    method: "POST",
    body: { refresh_token: lost.session.refresh_token },
  });
  expect(refreshed.status).toBe(401);
});

test("DEV-3 TICKET-7 the sockets of a device that was ended are closed, in its rooms and its inbox", async () => {
  const lost = await ada.signsIn();
  const room_id = await ada.creates({ kind: "group", name: "Sockets" });
  const base = server.origin.replace("http", "ws");
  const open = async (url: string, room: typeof room_id | null) => {
    const socket = new WebSocket(`${base}${url}`, ticketProtocols(await lost.ticket(room)));
    const closed = new Promise<number>((resolve) =>
      socket.addEventListener("close", ({ code }) => resolve(code), { once: true }),
    );
    await new Promise((resolve) => socket.addEventListener("message", resolve, { once: true }));
    return { closed };
  };
  const closes = [
    await open(`/v1/rooms/${room_id}/socket`, room_id),
    await open("/v1/me/inbox/socket", null),
  ];
  await ada.asks(path(lost), { method: "DELETE" });
  expect(await Promise.all(closes.map(({ closed }) => closed))).toEqual([4100, 4100]);
});

test("DEV-4 another's device is not there", async () => {
  for (const target of [path(ada), `/v1/me/devices/${newId("device")}`]) {
    expect(await codeOf(eve.asks(target, patch("mine now")))).toBe("not_found");
    expect(await codeOf(eve.asks(target, { method: "DELETE" }))).toBe("not_found");
  }
  expect(
    (await ada.asks("/v1/rooms", { method: "POST", body: { kind: "group", name: "x" } })).status,
  ).toBe(201);
  expect((await devicesOf(ada)).map(({ name }) => name)).not.toContain("mine now");
});
