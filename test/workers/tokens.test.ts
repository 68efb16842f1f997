import { SignJWT, UnsecuredJWT, importJWK } from "jose";
import { expect, test } from "vitest";
import { newId } from "../../schema/ids.ts";
import { limits } from "../../schema/limits.ts";
import { createTokens, publicKeys, refreshTimes } from "../../workers/services/tokens.ts";
import { makeSigningKey } from "../support/keys.ts";

const HERE = "https://chat.example.org";
const NOW = Date.UTC(2026, 10, 21);
const user_id = newId("user");
const device_id = newId("device");
const room_id = newId("room");

const key = makeSigningKey();
const tokens = createTokens([key], HERE, () => NOW);

interface Forgery {
  header?: Record<string, unknown>;
  claims?: Record<string, unknown>;
  secret?: Uint8Array;
}

/** A token that is right in everything that is not said otherwise. */
async function forged({ header = {}, claims = {}, secret }: Forgery): Promise<string> {
  const issued_at = NOW / 1000;
  const right = {
    iss: HERE,
    aud: "quoth.api",
    sub: user_id,
    jti: "1",
    iat: issued_at,
    exp: issued_at + 60,
    device: device_id,
  };
  const signer = secret ?? (await importJWK({ ...key }, "EdDSA"));
  return new SignJWT({ ...right, ...claims })
    .setProtectedHeader({ alg: "EdDSA", typ: "at+jwt", kid: key.kid, ...header })
    .sign(signer);
}

test("AUTH-4 a token that we issued holds until it runs out", async () => {
  const { token, expires_at } = await tokens.issueAccess({ user_id, device_id });
  expect(expires_at).toBe(NOW + limits.access_token_ms);
  expect(await tokens.verifyAccess(token)).toMatchObject({ sub: user_id, device: device_id });
  const later = createTokens([key], HERE, () => NOW + limits.access_token_ms + 1000);
  expect(await later.verifyAccess(token)).toBeNull();
});

test("AUTH-4 the forgery that the other cases are made from is right where nothing is changed", async () => {
  expect(await tokens.verifyAccess(await forged({}))).toMatchObject({ sub: user_id });
});

const publicBytes = new TextEncoder().encode(JSON.stringify(publicKeys([key])[0]));
const stranger = makeSigningKey();

const forgeries: Record<string, () => Promise<string> | string> = {
  "no signature at all": () =>
    new UnsecuredJWT({ sub: user_id, device: device_id, jti: "1" }).setIssuer(HERE).encode(),
  "a public key used as a shared secret": () =>
    forged({ header: { alg: "HS256" }, secret: publicBytes }),
  "another deployment's key": async () => {
    const signer = await importJWK({ ...stranger }, "EdDSA");
    return new SignJWT({ sub: user_id })
      .setProtectedHeader({ alg: "EdDSA", typ: "at+jwt", kid: key.kid })
      .sign(signer);
  },
  "a key of another name": () => forged({ header: { kid: "another" } }),
  "a key that the token brings along": async () => {
    const { d: _, ...jwk } = stranger;
    const signer = await importJWK({ ...stranger }, "EdDSA");
    return new SignJWT({
      iss: HERE,
      aud: "quoth.api",
      sub: user_id,
      jti: "1",
      iat: NOW / 1000,
      exp: NOW / 1000 + 60,
    })
      .setProtectedHeader({ alg: "EdDSA", typ: "at+jwt", jwk })
      .sign(signer);
  },
  "another deployment's origin": () => forged({ claims: { iss: "https://other.example.org" } }),
  "another audience": () => forged({ claims: { aud: "quoth.socket" } }),
  "another type": () => forged({ header: { typ: "ticket+jwt" } }),
  "no type": () => forged({ header: { typ: undefined } }),
  "an end in the past": () => forged({ claims: { exp: NOW / 1000 - 1 } }),
  "no end": () => forged({ claims: { exp: undefined } }),
  "a beginning in the future": () => forged({ claims: { nbf: NOW / 1000 + 60 } }),
  "a subject that is no user": () => forged({ claims: { sub: room_id } }),
  "no device": () => forged({ claims: { device: undefined } }),
  "a critical extension that nobody knows": () =>
    forged({ header: { crit: ["exp"], exp: 1 } }).catch(() => "refused by the signer"),
  "no token at all": () => "not.a.token",
};

for (const [name, forgery] of Object.entries(forgeries)) {
  test(`AUTH-4 a token with ${name} does not hold`, async () => {
    expect(await tokens.verifyAccess(await forgery())).toBeNull();
  });
}

test("AUTH-4 a token with one letter changed does not hold", async () => {
  const { token } = await tokens.issueAccess({ user_id, device_id });
  const [head = "", body = "", signature = ""] = token.split(".");
  const other = (text: string) =>
    text.startsWith("A") ? `B${text.slice(1)}` : `A${text.slice(1)}`;
  expect(await tokens.verifyAccess([head, body, other(signature)].join("."))).toBeNull();
  expect(await tokens.verifyAccess([head, other(body), signature].join("."))).toBeNull();
});

test("AUTH-5 the first key signs, and those after it still verify", async () => {
  const old = makeSigningKey("old");
  const fresh = makeSigningKey("fresh");
  const before = await createTokens([old], HERE, () => NOW).issueAccess({ user_id, device_id });
  const { d: _, ...retired } = old;
  const after = createTokens([fresh, retired], HERE, () => NOW);
  expect(await after.verifyAccess(before.token)).not.toBeNull();
  const { token } = await after.issueAccess({ user_id, device_id });
  expect(await createTokens([old], HERE, () => NOW).verifyAccess(token)).toBeNull();
  expect(await createTokens([fresh], HERE, () => NOW).verifyAccess(token)).not.toBeNull();
});

test("TICKET-3 a ticket and an access token do not pass for each other", async () => {
  const access = await tokens.issueAccess({ user_id, device_id });
  const ticket = await tokens.issueTicket({ user_id, device_id, room_id, origin: null });
  expect(await tokens.verifyTicket(ticket.token)).toMatchObject({ room: room_id, origin: null });
  expect(await tokens.verifyTicket(access.token)).toBeNull();
  expect(await tokens.verifyAccess(ticket.token)).toBeNull();
});

test("TICKET-3 a ticket runs out after half a minute", async () => {
  const { token, expires_at } = await tokens.issueTicket({
    user_id,
    device_id,
    room_id,
    origin: HERE,
  });
  expect(expires_at).toBe(NOW + 30_000);
  const later = createTokens([key], HERE, () => NOW + 31_000);
  expect(await later.verifyTicket(token)).toBeNull();
});

test("TICKET-6 a ticket without a room says so", async () => {
  const { token } = await tokens.issueTicket({ user_id, device_id, room_id: null, origin: null });
  expect(await tokens.verifyTicket(token)).toMatchObject({ room: null, sub: user_id });
});

const refresh = { user_id, device_id, token_id: "one", ...refreshTimes(NOW + 789) };

test("TOK-2 the same refresh token is signed to the same letters, and another to others", async () => {
  const first = await tokens.issueRefresh(refresh);
  const later = createTokens([key], HERE, () => NOW + 29_000);
  expect(await later.issueRefresh(refresh)).toBe(first);
  expect(await tokens.issueRefresh({ ...refresh, token_id: "two" })).not.toBe(first);
});

test("TOK-1 a refresh token holds for thirty days", async () => {
  const token = await tokens.issueRefresh(refresh);
  expect(refresh.expires_at - refresh.issued_at).toBe(30 * 86_400_000);
  expect(await tokens.verifyRefresh(token)).toMatchObject({ sub: user_id, device: device_id });
  const at = (now: number) => createTokens([key], HERE, () => now).verifyRefresh(token);
  expect(await at(refresh.expires_at - 1_000)).not.toBeNull();
  expect(await at(refresh.expires_at + 1_000)).toBeNull();
});

test("TOK-4 a refresh token of another key, another origin or without a signature does not hold", async () => {
  const elsewhere = createTokens([stranger], HERE, () => NOW);
  const other = createTokens([key], "https://other.example.org", () => NOW);
  const unsigned = new UnsecuredJWT({ sub: user_id, device: device_id, jti: "1" })
    .setIssuer(HERE)
    .setAudience("quoth.refresh")
    .setIssuedAt(NOW / 1000)
    .setExpirationTime(NOW / 1000 + 60)
    .encode();
  const shared = await forged({
    header: { alg: "HS256", typ: "rt+jwt" },
    claims: { aud: "quoth.refresh" },
    secret: publicBytes,
  });
  for (const token of [
    await elsewhere.issueRefresh(refresh),
    await other.issueRefresh(refresh),
    unsigned,
    shared,
  ])
    expect(await tokens.verifyRefresh(token)).toBeNull();
});

test("TOK-5 of the five kinds of token none passes for another", async () => {
  const made = {
    access: (await tokens.issueAccess({ user_id, device_id })).token,
    refresh: await tokens.issueRefresh(refresh),
    ticket: (await tokens.issueTicket({ user_id, device_id, room_id, origin: null })).token,
    known: (await tokens.issueKnown(user_id)).token,
    age: (await tokens.issueAge()).token,
  };
  const holds = {
    access: async (token: string) => (await tokens.verifyAccess(token)) !== null,
    refresh: async (token: string) => (await tokens.verifyRefresh(token)) !== null,
    ticket: async (token: string) => (await tokens.verifyTicket(token)) !== null,
    known: async (token: string) => (await tokens.verifyKnown(token)) !== null,
    age: (token: string) => tokens.verifyAge(token),
  };
  for (const [kind, token] of Object.entries(made))
    for (const [asked, verify] of Object.entries(holds))
      expect(await verify(token), `${kind} as ${asked}`).toBe(kind === asked);
});
