import type { IncomingMessage, ServerResponse } from "node:http";
import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT } from "jose";
import type { Loopback } from "./loopback.ts";

/** A provider that says what a test wants it to: right in everything but the lie. */
export interface Lie {
  /** Over what a right id_token says; `undefined` leaves a claim out. */
  claims?: Record<string, unknown>;
  /** Signs with a key that the provider does not publish. */
  strange_key?: boolean;
  unsigned?: boolean;
  no_id_token?: boolean;
  /** What the discovery document calls itself. */
  issuer?: string;
  status?: number;
}

export interface LyingProvider {
  readonly origin: string;
  /** What it says from now on; the nonce is the one that it was asked with. */
  says(nonce: string, lie: Lie): void;
  /** The bodies that its token endpoint was asked with. */
  readonly asked: URLSearchParams[];
}

export const SUBJECT = "somebody-elsewhere";

export async function serveLyingProvider(
  server: Loopback,
  client_id: string,
): Promise<LyingProvider> {
  const own = await generateKeyPair("RS256");
  const strange = await generateKeyPair("RS256");
  const { origin } = server;
  const asked: URLSearchParams[] = [];
  let nonce = "";
  let lie: Lie = {};

  const idToken = async () => {
    const now = Math.floor(Date.now() / 1000);
    const right = { iss: origin, sub: SUBJECT, aud: client_id, nonce, iat: now, exp: now + 60 };
    const claims = Object.fromEntries(
      Object.entries({ ...right, ...lie.claims }).filter(([, value]) => value !== undefined),
    );
    if (lie.unsigned) return new UnsecuredJWT(claims).encode();
    const { privateKey } = lie.strange_key ? strange : own;
    return new SignJWT(claims).setProtectedHeader({ alg: "RS256", kid: "own" }).sign(privateKey);
  };

  const routes: Record<string, () => Promise<object>> = {
    "/.well-known/openid-configuration": async () => ({
      issuer: lie.issuer ?? origin,
      authorization_endpoint: `${origin}/authorize`,
      token_endpoint: `${origin}/token`,
      jwks_uri: `${origin}/jwks`,
      response_types_supported: ["code"],
      subject_types_supported: ["public"],
      id_token_signing_alg_values_supported: ["RS256"],
    }),
    "/jwks": async () => ({
      keys: [{ ...(await exportJWK(own.publicKey)), kid: "own", use: "sig", alg: "RS256" }],
    }),
    "/token": async () => ({
      access_token: "nothing",
      token_type: "Bearer",
      expires_in: 60,
      ...(lie.no_id_token ? {} : { id_token: await idToken() }),
    }),
  };

  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const path = (request.url ?? "").split("?")[0] ?? "";
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    if (path === "/token") asked.push(new URLSearchParams(Buffer.concat(parts).toString()));
    const body = JSON.stringify((await routes[path]?.()) ?? { error: "not_found" });
    const status = routes[path] ? (lie.status ?? 200) : 404;
    response.writeHead(status, { "content-type": "application/json" }).end(body);
  };
  server.serve((request, response) => void answer(request, response));
  return {
    origin,
    asked,
    says(next_nonce, next_lie) {
      nonce = next_nonce;
      lie = next_lie;
    },
  };
}
