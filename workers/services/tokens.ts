import type { JSONWebKeySet, JWTPayload } from "jose";
import { createLocalJWKSet, importJWK, jwtVerify, SignJWT } from "jose";
import * as v from "valibot";
import type { DeviceId, RoomId, UserId } from "../../schema/ids.ts";
import { DeviceIdSchema, RoomIdSchema, UserIdSchema } from "../../schema/ids.ts";
import { limits } from "../../schema/limits.ts";
import type { PublicKey } from "../../schema/receipt.ts";
import type { SigningKey } from "../env.ts";

/**
 * Access tokens and socket tickets: JWTs signed with Ed25519.
 *
 * The algorithm is ours and never the token's, and a key is found by `kid` among our own only. `typ` and `aud` keep
 * the two kinds apart, so that neither passes for the other. The issuer is the origin that the request came to:
 * it works on every machine without a setting, two deployments that share a key by mistake still refuse each
 * other's tokens, and a deployment with two host names treats a token as the browser treats its cookie: good for
 * the host that gave it.
 */
const ALGORITHM = "EdDSA";
const kinds = {
  access: { typ: "at+jwt", aud: "quoth.api", lifetime_ms: limits.access_token_ms },
  ticket: { typ: "ticket+jwt", aud: "quoth.socket", lifetime_ms: limits.ticket_ms },
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
  room: RoomIdSchema,
  origin: v.nullable(v.string()),
});
export type AccessClaims = v.InferOutput<typeof AccessClaimsSchema>;
export type TicketClaims = v.InferOutput<typeof TicketClaimsSchema>;

export interface Tokens {
  issueAccess(claims: { user_id: UserId; device_id: DeviceId }): Promise<Issued>;
  issueTicket(claims: {
    user_id: UserId;
    device_id: DeviceId;
    room_id: RoomId;
    origin: string | null;
  }): Promise<Issued>;
  /** The claims, or null for every reason for which a token does not hold. */
  verifyAccess(token: string): Promise<AccessClaims | null>;
  verifyTicket(token: string): Promise<TicketClaims | null>;
}

export function createTokens(
  keys: readonly SigningKey[],
  issuer: string,
  now: () => number = Date.now,
): Tokens {
  const issue = async (kind: Kind, subject: UserId, claims: JWTPayload): Promise<Issued> => {
    const { typ, aud, lifetime_ms } = kinds[kind];
    const issued_at = Math.floor(now() / 1000);
    const expires_at = issued_at + lifetime_ms / 1000;
    const { kid, key } = await signingKey(keys);
    const token = await new SignJWT(claims)
      .setProtectedHeader({ alg: ALGORITHM, typ, kid })
      .setIssuer(issuer)
      .setAudience(aud)
      .setSubject(subject)
      .setJti(crypto.randomUUID())
      .setIssuedAt(issued_at)
      .setExpirationTime(expires_at)
      .sign(key);
    return { token, expires_at: expires_at * 1000 };
  };

  const verify = async <S extends v.GenericSchema>(kind: Kind, schema: S, token: string) => {
    const { typ, aud } = kinds[kind];
    try {
      const { payload } = await jwtVerify(token, verificationKeys(keys), {
        algorithms: [ALGORITHM],
        issuer,
        audience: aud,
        typ,
        requiredClaims: ["sub", "jti", "iat", "exp"],
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
    issueTicket: ({ user_id, device_id, room_id, origin }) =>
      issue("ticket", user_id, { device: device_id, room: room_id, origin }),
    verifyAccess: (token) => verify("access", AccessClaimsSchema, token),
    verifyTicket: (token) => verify("ticket", TicketClaimsSchema, token),
  };
}

/** What everyone may know of the deployment's keys. */
export function publicKeys(keys: readonly SigningKey[]): PublicKey[] {
  return keys.map(({ kid, x }) => ({ kty: "OKP", crv: "Ed25519", kid, x, use: "sig" }));
}

type KeySet = ReturnType<typeof createLocalJWKSet>;
const keySets = new WeakMap<readonly SigningKey[], KeySet>();
const signers = new WeakMap<readonly SigningKey[], Promise<CryptoKey>>();

function verificationKeys(keys: readonly SigningKey[]): KeySet {
  const known = keySets.get(keys);
  if (known) return known;
  const set = createLocalJWKSet({ keys: publicKeys(keys) } satisfies JSONWebKeySet);
  keySets.set(keys, set);
  return set;
}

async function signingKey(keys: readonly SigningKey[]): Promise<{ kid: string; key: CryptoKey }> {
  const [first] = keys;
  if (first?.d === undefined) throw new Error("no signing key");
  const { kty, crv, kid, x, d } = first;
  const importing =
    signers.get(keys) ?? (importJWK({ kty, crv, x, d }, ALGORITHM) as Promise<CryptoKey>);
  signers.set(keys, importing);
  return { kid, key: await importing };
}
