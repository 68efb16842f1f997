import * as oauth from "oauth4webapi";
import * as z from "zod";
import { limits } from "../../schema/limits.ts";
import type { Provider } from "../env.ts";
import { isLoopback } from "../env.ts";

/**
 * Signing in with another service: OpenID Connect's authorization code flow with PKCE, by `oauth4webapi`. The service
 * is asked for what it says of itself, its tokens are asked for by us and not by the browser, and of what it says
 * everything is checked: state, issuer, nonce, audience, time, and the signature of its own key.
 */
export interface Way {
  state: string;
  nonce: string;
  verifier: string;
  redirect_uri: string;
}

/** What a service says of somebody, as far as a new account begins with it. Its text is cleaned where it is used. */
export interface Profile {
  preferred_username: string | null;
  name: string | null;
  /** Only where the service has proved it. */
  mail: string | null;
  /** ISO, and whole. */
  birth_date: string | null;
}

export interface Vouched {
  subject: string;
  profile(): Promise<Profile>;
}

export const newNonce = oauth.generateRandomNonce;
export const newVerifier = oauth.generateRandomCodeVerifier;

export async function authorizationUrl(provider: Provider, way: Way): Promise<URL> {
  const server = await serverOf(provider);
  if (server.authorization_endpoint === undefined) throw new Error("no authorization endpoint");
  const url = new URL(server.authorization_endpoint);
  const parameters = {
    client_id: provider.client_id,
    redirect_uri: way.redirect_uri,
    response_type: "code",
    scope: "openid profile email",
    code_challenge: await oauth.calculatePKCECodeChallenge(way.verifier),
    code_challenge_method: "S256",
    state: way.state,
    nonce: way.nonce,
  };
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return url;
}

/** Throws for every reason for which the service does not vouch for anybody. */
export async function vouchedFor(
  provider: Provider,
  way: Way,
  parameters: URLSearchParams,
): Promise<Vouched> {
  const server = await serverOf(provider);
  const client = clientOf(provider);
  const options = optionsOf(provider);
  const answer = oauth.validateAuthResponse(server, client, parameters, way.state);
  const { client_secret } = provider;
  const response = await oauth.authorizationCodeGrantRequest(
    server,
    client,
    client_secret === undefined ? oauth.None() : oauth.ClientSecretBasic(client_secret),
    answer,
    way.redirect_uri,
    way.verifier,
    options,
  );
  const checks = { expectedNonce: way.nonce, requireIdToken: true };
  const tokens = await oauth.processAuthorizationCodeResponse(server, client, response, checks);
  await oauth.validateApplicationLevelSignature(server, response, options);
  const said = oauth.getValidatedIdTokenClaims(tokens);
  if (said === undefined) throw new Error("no id_token");
  const profile = async () => {
    if (server.userinfo_endpoint === undefined) return profileOf(said);
    const more = await oauth.userInfoRequest(server, client, tokens.access_token, options);
    return profileOf({
      ...said,
      ...(await oauth.processUserInfoResponse(server, client, said.sub, more)),
    });
  };
  return { subject: said.sub, profile };
}

/** What may be logged of a failure: the library's own words for it, and never the service's. */
export function faultOf(error: unknown): string {
  const { code } = error as { code?: unknown };
  if (typeof code === "string" && code.startsWith("OAUTH_")) return code;
  return error instanceof Error ? error.name : typeof error;
}

const clientOf = ({ client_id }: Provider): oauth.Client => ({
  client_id,
  [oauth.clockTolerance]: limits.clock_skew_ms / 1000,
});

/** Without TLS only on this very machine; the configuration takes no other such issuer. */
function optionsOf({ issuer }: Provider) {
  const url = new URL(issuer);
  return {
    [oauth.allowInsecureRequests]: url.protocol === "http:" && isLoopback(url),
    signal: () => AbortSignal.timeout(limits.provider_answer_ms),
  };
}

interface Known {
  server: oauth.AuthorizationServer;
  until: number;
}
/** The result and not its promise, which belongs to the request that asked. */
const known = new Map<string, Known>();

async function serverOf(provider: Provider): Promise<oauth.AuthorizationServer> {
  const before = known.get(provider.issuer);
  if (before && before.until > Date.now()) return before.server;
  const issuer = new URL(provider.issuer);
  const response = await oauth.discoveryRequest(issuer, {
    ...optionsOf(provider),
    algorithm: "oidc",
  });
  const server = await oauth.processDiscoveryResponse(issuer, response);
  known.set(provider.issuer, { server, until: Date.now() + limits.provider_known_ms });
  return server;
}

const text = z.string().min(1).max(limits.mail_characters).nullish().catch(null);
const ClaimsSchema = z.object({
  preferred_username: text,
  name: text,
  email: text,
  email_verified: z.boolean().nullish().catch(null),
  birthdate: z.iso.date().nullish().catch(null),
});

export function profileOf(claims: object): Profile {
  const { preferred_username, name, email, email_verified, birthdate } = ClaimsSchema.parse(claims);
  return {
    preferred_username: preferred_username ?? null,
    name: name ?? null,
    mail: email_verified === true ? (email ?? null) : null,
    // Who keeps the year to themselves says 0000.
    birth_date: birthdate?.startsWith("0000") === false ? birthdate : null,
  };
}
