import { afterAll, beforeAll, expect, test } from "vitest";
import { withoutEdge } from "../../scripts/serve.ts";
import type { Device } from "../../schema/device.ts";
import { limits } from "../../schema/limits.ts";
import { startServer } from "../support/harness.ts";
import type { Server } from "../support/harness.ts";
import { addressFor, ask, problemOf, signUp } from "./person.ts";

/** The Worker as `npm start` runs it: on one machine, with nobody before it who knows where people come from. */
let server: Server;
beforeAll(async () => {
  server = await startServer({ vars: withoutEdge });
});
afterAll(() => server.close());

const placesAt = async (origin: string, handle: string) => {
  const person = await signUp(origin, handle);
  const { devices } = (await person.asks("/v1/me/devices")).json as { devices: Device[] };
  return devices.map(({ place }) => place);
};

test("DEV-5 a device is somewhere as the edge says it, and nowhere without the edge", async () => {
  expect(await placesAt(server.origin, "ada")).toEqual([""]);
  const behind = await startServer();
  try {
    const [place] = await placesAt(behind.origin, "ada");
    expect(place).not.toBe("");
  } finally {
    await behind.close();
  }
});

test("RATE-7 what a client says of its own address gives it no tries of its own", async () => {
  const began = Date.now();
  const replies = await Promise.all(
    Array.from({ length: 3 * limits.sign_in_per_address }, (_, at) =>
      ask(server.origin, "/v1/auth/login", {
        method: "POST",
        body: { handle: `somebody.${at}`, password: "wrong password" },
        headers: {
          "cf-connecting-ip": addressFor(`${at}`),
          "x-forwarded-for": addressFor(`${at}`),
        },
      }),
    ),
  );
  const minutes = 2 + Math.floor((Date.now() - began) / 60_000);
  const looked = replies.filter((reply) => problemOf(reply).code === "wrong_credentials");
  expect(looked.length).toBeLessThanOrEqual(minutes * limits.sign_in_per_address);
  expect(replies.some((reply) => problemOf(reply).code === "slow_down")).toBe(true);
});
