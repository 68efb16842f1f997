import type { JWTPayload } from "jose";
import { jwtVerify, SignJWT } from "jose";
import * as v from "valibot";
import { toBase64Url } from "../../schema/chain.ts";
import { limits } from "../../schema/limits.ts";
import type { RequestContext } from "../context.ts";
import type { SigningKey } from "../env.ts";
import { signingKey, verificationKeys } from "./tokens.ts";

/**
 * What is asked of a client now and answered in a later request: a passkey's challenge, the way to another service.
 * Nothing is kept while it is open; all that must be known again is in a signed token, which the client gives back.
 * Only that it was answered is written down, until it would have run out: so each is answered once.
 */
export type ChallengePurpose =
  | "passkey.register"
  | "passkey.login"
  | "passkey.add"
  | "oidc"
  | "oidc.code";

export interface Challenge {
  /** 256 bits of chance: also what the other side signs, or gives back as its state. */
  challenge_id: string;
  token: string;
}

export interface Challenges {
  issue(purpose: ChallengePurpose, claims: object): Promise<Challenge>;
  /** What it says, without spending it. Null for every reason for which it does not hold. */
  read<S extends v.GenericSchema>(
    purpose: ChallengePurpose,
    schema: S,
    token: string,
  ): Promise<Open<S> | null>;
  /** As `read`, and spends it: of any number who try at once, one is answered. */
  take<S extends v.GenericSchema>(
    purpose: ChallengePurpose,
    schema: S,
    token: string,
  ): Promise<Open<S> | null>;
}

export interface Open<S extends v.GenericSchema> {
  challenge_id: string;
  claims: v.InferOutput<S>;
}

const ALGORITHM = "EdDSA";
const TYPE = "challenge+jwt";
const ID_BYTES = 32;
/** So many bytes of a token are looked at; ours are far smaller. */
const TOKEN_CHARACTERS = 8_192;

const statements = {
  spend:
    "INSERT INTO spent (spent_id, expires_at) VALUES (?1, ?2) ON CONFLICT DO NOTHING RETURNING spent_id",
} as const;

export interface ChallengeDeps {
  database: D1Database;
  keys: readonly SigningKey[];
  issuer: string;
  now?: () => number;
}

export function challengesOf({ env, config, own_origin }: RequestContext): Challenges {
  return createChallenges({
    database: env.DIRECTORY,
    keys: config.TOKEN_KEYS,
    issuer: own_origin,
  });
}

export function createChallenges(deps: ChallengeDeps): Challenges {
  const { database, keys, issuer, now = Date.now } = deps;

  const verified = async (purpose: ChallengePurpose, token: string): Promise<JWTPayload | null> => {
    if (token.length > TOKEN_CHARACTERS) return null;
    try {
      const { payload } = await jwtVerify(token, verificationKeys(keys), {
        algorithms: [ALGORITHM],
        issuer,
        audience: audienceOf(purpose),
        typ: TYPE,
        requiredClaims: ["jti", "iat", "exp"],
        currentDate: new Date(now()),
      });
      return payload;
    } catch {
      return null;
    }
  };

  const open = async <S extends v.GenericSchema>(
    purpose: ChallengePurpose,
    schema: S,
    token: string,
  ) => {
    const payload = await verified(purpose, token);
    const claims = v.safeParse(schema, payload?.["claims"]);
    if (!payload || !claims.success) return null;
    const { jti: challenge_id = "", exp = 0 } = payload;
    return { challenge_id, claims: claims.output, expires_at: exp * 1000 };
  };

  return {
    async issue(purpose, claims) {
      const challenge_id = toBase64Url(crypto.getRandomValues(new Uint8Array(ID_BYTES)));
      const iat = Math.floor(now() / 1000);
      const exp = iat + limits.challenge_ms / 1000;
      const said = { claims, iss: issuer, aud: audienceOf(purpose), jti: challenge_id, iat, exp };
      const { kid, key } = await signingKey(keys);
      const header = { alg: ALGORITHM, typ: TYPE, kid };
      return { challenge_id, token: await new SignJWT(said).setProtectedHeader(header).sign(key) };
    },
    read: open,
    async take(purpose, schema, token) {
      const found = await open(purpose, schema, token);
      if (!found) return null;
      const spent = database.prepare(statements.spend).bind(found.challenge_id, found.expires_at);
      return (await spent.first()) === null ? null : found;
    },
  };
}

const audienceOf = (purpose: ChallengePurpose) => `quoth.challenge.${purpose}`;
