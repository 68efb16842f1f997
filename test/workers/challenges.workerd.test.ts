import { env } from "cloudflare:workers";
import { importJWK, SignJWT, UnsecuredJWT } from "jose";
import * as v from "valibot";
import { expect, test } from "vitest";
import { limits } from "../../schema/limits.ts";
import { createChallenges } from "../../workers/services/challenges.ts";
import { createTokens } from "../../workers/services/tokens.ts";
import { newId } from "../../schema/ids.ts";
import { makeSigningKey } from "../support/keys.ts";

const HERE = "https://chat.example.org";
const NOW = Date.UTC(2026, 10, 21);
const key = makeSigningKey();
const Claims = v.object({ name: v.string() });
const at = (now_ms: number, issuer = HERE, keys = [key]) =>
  createChallenges({ database: env.DIRECTORY, keys, issuer, now: () => now_ms });
const challenges = at(NOW);

test("SEAL-3 a challenge says again what it was made with, and is answered once", async () => {
  const { challenge_id, token } = await challenges.issue("oidc", { name: "ada" });
  const read = await challenges.read("oidc", Claims, token);
  expect(read).toMatchObject({ challenge_id, claims: { name: "ada" } });
  expect(await challenges.take("oidc", Claims, token)).toMatchObject({ challenge_id });
  expect(await challenges.take("oidc", Claims, token)).toBeNull();
});

test("SEAL-3 of many who answer one challenge at once, one is heard", async () => {
  const { token } = await challenges.issue("passkey.login", { name: "ada" });
  const tries = Array.from({ length: 10 }, () => challenges.take("passkey.login", Claims, token));
  expect((await Promise.all(tries)).filter((open) => open !== null)).toHaveLength(1);
});

test("SEAL-4 a challenge holds for its purpose, its deployment and its time", async () => {
  const { token } = await challenges.issue("passkey.add", { name: "ada" });
  expect(await challenges.read("passkey.register", Claims, token)).toBeNull();
  expect(await at(NOW, "https://other.example.org").read("passkey.add", Claims, token)).toBeNull();
  expect(await at(NOW, HERE, [makeSigningKey()]).read("passkey.add", Claims, token)).toBeNull();
  expect(await at(NOW + limits.challenge_ms).read("passkey.add", Claims, token)).toBeNull();
  expect(await challenges.read("passkey.add", v.object({ age: v.number() }), token)).toBeNull();
  expect(await challenges.read("passkey.add", Claims, token)).not.toBeNull();
});

test("SEAL-4 no other token passes for a challenge, and no challenge for another token", async () => {
  const tokens = createTokens([key], HERE, () => NOW);
  const [user_id, device_id] = [newId("user"), newId("device")];
  const access = await tokens.issueAccess({ user_id, device_id });
  expect(await challenges.read("oidc", Claims, access.token)).toBeNull();
  const { token } = await challenges.issue("oidc", { name: "ada", sub: user_id });
  expect(await tokens.verifyAccess(token)).toBeNull();
  const said = {
    claims: { name: "ada" },
    iss: HERE,
    aud: "quoth.challenge.oidc",
    jti: "1",
    iat: NOW / 1000,
    exp: NOW / 1000 + 60,
  };
  const sign = async (typ: string) =>
    new SignJWT(said)
      .setProtectedHeader({ alg: "EdDSA", typ, kid: key.kid })
      .sign(await importJWK({ ...key }, "EdDSA"));
  expect(await challenges.read("oidc", Claims, await sign("challenge+jwt"))).not.toBeNull();
  expect(await challenges.read("oidc", Claims, await sign("at+jwt"))).toBeNull();
  expect(await challenges.read("oidc", Claims, new UnsecuredJWT(said).encode())).toBeNull();
  for (const text of ["", "a.b.c", "x".repeat(100_000)])
    expect(await challenges.read("oidc", Claims, text)).toBeNull();
});
