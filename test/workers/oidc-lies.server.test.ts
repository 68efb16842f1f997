import { afterAll, beforeAll, expect, test } from "vitest";
import { startServer } from "../support/harness.ts";
import type { Server } from "../support/harness.ts";
import type { Loopback } from "../support/loopback.ts";
import { listenOnLoopback } from "../support/loopback.ts";
import type { Lie, LyingProvider } from "../support/lying-provider.ts";
import { serveLyingProvider, SUBJECT } from "../support/lying-provider.ts";
import { begins, CALLBACK, comesBack, isSignedIn, meIn, wanderer } from "./oidc-flow.ts";

/** A provider that says what it should not. It is right where nothing is said, so each lie alone is what is refused. */
let server: Server;
let loopback: Loopback;
let provider: LyingProvider;
let origin: string;

beforeAll(async () => {
  loopback = await listenOnLoopback();
  provider = await serveLyingProvider(loopback, "quoth");
  const own = { provider_id: "liar", name: "Liar", issuer: provider.origin, client_id: "quoth" };
  server = await startServer({ vars: { OIDC_PROVIDERS: JSON.stringify([own]) } });
  ({ origin } = server);
});
afterAll(async () => {
  await server.close();
  await loopback.close();
});

async function comesBackWith(name: string, lie: Lie) {
  const browser = wanderer(name);
  provider.says("", {});
  const url = await begins(browser, origin, "liar");
  provider.says(url.searchParams.get("nonce") ?? "", lie);
  const back = new URL(origin + CALLBACK);
  back.searchParams.set("code", "any");
  back.searchParams.set("state", url.searchParams.get("state") ?? "");
  return { browser, end: await comesBack(browser, back) };
}

test("SSO-4 the provider that the other cases are made from is right where nothing is changed", async () => {
  const { browser, end } = await comesBackWith("right", {});
  expect(end).toBe("303 /#signed-in");
  expect((await meIn(browser, origin)).account.providers).toEqual(["liar"]);
  const [asked] = provider.asked;
  expect(asked?.get("client_id")).toBe("quoth");
  expect(asked?.get("code_verifier")).toMatch(/^[\w-]{43}$/);
});

const NOW = Math.floor(Date.now() / 1000);
const lies: Record<string, Lie> = {
  "another nonce": { claims: { nonce: "A".repeat(43) } },
  "no nonce": { claims: { nonce: undefined } },
  "another audience": { claims: { aud: "somebody-else" } },
  "another party that it was made for": { claims: { aud: ["quoth", "x"], azp: "x" } },
  "another issuer": { claims: { iss: "https://evil.example.org" } },
  "no subject": { claims: { sub: undefined } },
  "a time that is over": { claims: { exp: NOW - 600, iat: NOW - 1200 } },
  "no end": { claims: { exp: undefined } },
  "a key that it does not publish": { strange_key: true },
  "no signature": { unsigned: true },
  "no id_token": { no_id_token: true },
  "an error": { status: 500 },
};
for (const [name, lie] of Object.entries(lies)) {
  test(`SSO-4 an id_token with ${name} signs nobody in`, async () => {
    const { browser, end } = await comesBackWith(name, lie);
    expect(end).toBe("303 /#sign-in-failed=provider_refused");
    expect(isSignedIn(browser, origin)).toBe(false);
  });
}

test("SSO-4 after all the lies there is one account, and no other", async () => {
  const { DIRECTORY } = await server.env();
  const { results } = await DIRECTORY.prepare("SELECT issuer, subject FROM identities").all();
  expect(results).toEqual([{ issuer: provider.origin, subject: SUBJECT }]);
});
