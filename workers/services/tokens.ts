import type { JSONWebKeySet, JWTPayload } from "jose";
import { createLocalJWKSet, importJWK, jwtVerify, SignJWT } from "jose";
import * as v from "valibot";
import type { DeviceId, RoomId, UserId } from "../../schema/ids.ts";
import { DeviceIdSchema, RoomIdSchema, UserIdSchema } from "../../schema/ids.ts";
import { limits } from "../../schema/limits.ts";
import type { PublicKey } from "../../schema/receipt.ts";
import type { SigningKey } from "../env.ts";

/**
 * Access tokens, refresh tokens, socket tickets and what a browser remembers: JWTs signed with Ed25519.
 *
 * The algorithm is ours and never the token's, and a key is found by `kid` among our own only. `typ` and `aud` keep
 * the kinds apart, so that none passes for another. The issuer is the origin that the request came to:
 * it works on every machine without a setting, two deployments that share a key by mistake still refuse each
 * other's tokens, and a deployment with two host names treats a token as the browser treats its cookie: good for
 * the host that gave it.
 */
const ALGORITHM = "EdDSA";
const kinds = {
  access: { typ: "at+jwt", aud: "quoth.api", lifetime_ms: limits.access_token_ms },
  refresh: { typ: "rt+jwt", aud: "quoth.refresh", lifetime_ms: limits.refresh_token_ms },
  ticket: { typ: "ticket+jwt", aud: "quoth.socket", lifetime_ms: limits.ticket_ms },
  known: { typ: "known+jwt", aud: "quoth.known", lifetime_ms: limits.known_device_ms },
  age: { typ: "age+jwt", aud: "quoth.age", lifetime_ms: limits.age_refusal_ms },
} as const;
type Kind = keyof typeof kinds;

export interface Issued {
  token: string;
  expires_at: number;
}

const AccessClaimsSchema = v.object({
  sub: UserIdSchema,
  device: DeviceIdSchema,
  jti: v.string(),
  exp: v.number(),
});
const TicketClaimsSchema = v.object({
  ...AccessClaimsSchema.entries,
  /** Null for the socket of one's own inbox. */
  room: v.nullable(RoomIdSchema),
  origin: v.nullable(v.string()),
});
const KnownClaimsSchema = v.object({ sub: UserIdSchema, jti: v.string() });
const AgeClaimsSchema = v.object({ jti: v.string() });
export type AccessClaims = v.InferOutput<typeof AccessClaimsSchema>;
export type TicketClaims = v.InferOutput<typeof TicketClaimsSchema>;
export type KnownClaims = v.InferOutput<typeof KnownClaimsSchema>;

/** Everything that makes a refresh token the one it is: signing the same again gives the same text. */
export interface RefreshStart {
  user_id: UserId;
  device_id: DeviceId;
  token_id: string;
  issued_at: number;
  expires_at: number;
}

export interface Tokens {
  issueAccess(claims: { user_id: UserId; device_id: DeviceId }): Promise<Issued>;
  /** The times are whole seconds, in milliseconds: see `refreshTimes`. */
  issueRefresh(start: RefreshStart): Promise<string>;
  issueTicket(claims: {
    user_id: UserId;
    device_id: DeviceId;
    room_id: RoomId | null;
    origin: string | null;
  }): Promise<Issued>;
  /** That a browser has signed in to this account. */
  issueKnown(user_id: UserId): Promise<Issued>;
  /** That a browser was told that its owner is too young. It says nothing else about anyone. */
  issueAge(): Promise<Issued>;
  /** The claims, or null for every reason for which a token does not hold. */
  verifyAccess(token: string): Promise<AccessClaims | null>;
  verifyRefresh(token: string): Promise<AccessClaims | null>;
  verifyTicket(token: string): Promise<TicketClaims | null>;
  verifyKnown(token: string): Promise<KnownClaims | null>;
  verifyAge(token: string): Promise<boolean>;
}

/** When a refresh token begins and ends, in whole seconds, as a JWT says them. */
export function refreshTimes(now_ms: number): { issued_at: number; expires_at: number } {
  const issued_at = Math.floor(now_ms / 1000) * 1000;
  return { issued_at, expires_at: issued_at + limits.refresh_token_ms };
}

interface Claims extends Omit<JWTPayload, "sub"> {
  sub: UserId | null;
  jti: string;
  iat: number;
  exp: number;
}

export function createTokens(
  keys: readonly SigningKey[],
  issuer: string,
  now: () => number = Date.now,
): Tokens {
  const sign = async (kind: Kind, { sub, jti, iat, exp, ...claims }: Claims): Promise<string> => {
    const { typ, aud } = kinds[kind];
    const { kid, key } = await signingKey(keys);
    return new SignJWT({ ...claims, iss: issuer, aud, ...(sub ? { sub } : {}), jti, iat, exp })
      .setProtectedHeader({ alg: ALGORITHM, typ, kid })
      .sign(key);
  };

  const issue = async (kind: Kind, sub: UserId | null, more: JWTPayload = {}): Promise<Issued> => {
    const iat = Math.floor(now() / 1000);
    const exp = iat + kinds[kind].lifetime_ms / 1000;
    const token = await sign(kind, { ...more, sub, jti: crypto.randomUUID(), iat, exp });
    return { token, expires_at: exp * 1000 };
  };

  const verify = async <S extends v.GenericSchema>(kind: Kind, schema: S, token: string) => {
    const { typ, aud } = kinds[kind];
    try {
      const { payload } = await jwtVerify(token, verificationKeys(keys), {
        algorithms: [ALGORITHM],
        issuer,
        audience: aud,
        typ,
        requiredClaims: ["jti", "iat", "exp"],
        currentDate: new Date(now()),
      });
      const claims = v.safeParse(schema, payload);
      return claims.success ? claims.output : null;
    } catch {
      // Every way to fail is one answer: which check a forged token passed is nobody's business.
      return null;
    }
  };

  return {
    issueAccess: ({ user_id, device_id }) => issue("access", user_id, { device: device_id }),
    issueRefresh: ({ user_id, device_id, token_id, issued_at, expires_at }) =>
      sign("refresh", {
        sub: user_id,
        device: device_id,
        jti: token_id,
        iat: issued_at / 1000,
        exp: expires_at / 1000,
      }),
    issueTicket: ({ user_id, device_id, room_id, origin }) =>
      issue("ticket", user_id, { device: device_id, room: room_id, origin }),
    issueKnown: (user_id) => issue("known", user_id),
    issueAge: () => issue("age", null),
    verifyAccess: (token) => verify("access", AccessClaimsSchema, token),
    verifyRefresh: (token) => verify("refresh", AccessClaimsSchema, token),
    verifyTicket: (token) => verify("ticket", TicketClaimsSchema, token),
    verifyKnown: (token) => verify("known", KnownClaimsSchema, token),
    verifyAge: async (token) => (await verify("age", AgeClaimsSchema, token)) !== null,
  };
}

/** What everyone may know of the deployment's keys. */
export function publicKeys(keys: readonly SigningKey[]): PublicKey[] {
  return keys.map(({ kid, x }) => ({ kty: "OKP", crv: "Ed25519", kid, x, use: "sig" }));
}

type KeySet = ReturnType<typeof createLocalJWKSet>;
const keySets = new WeakMap<readonly SigningKey[], KeySet>();
const signers = new WeakMap<readonly SigningKey[], Promise<CryptoKey>>();

export function verificationKeys(keys: readonly SigningKey[]): KeySet {
  const known = keySets.get(keys);
  if (known) return known;
  const set = createLocalJWKSet({ keys: publicKeys(keys) } satisfies JSONWebKeySet);
  keySets.set(keys, set);
  return set;
}

export async function signingKey(
  keys: readonly SigningKey[],
): Promise<{ kid: string; key: CryptoKey }> {
  const [first] = keys;
  if (first?.d === undefined) throw new Error("no signing key");
  const { kty, crv, kid, x, d } = first;
  const importing =
    signers.get(keys) ?? (importJWK({ kty, crv, x, d }, ALGORITHM) as Promise<CryptoKey>);
  signers.set(keys, importing);
  return { kid, key: await importing };
}
