import { generateKeyPairSync, randomUUID } from "node:crypto";
import type { SigningKey } from "../../workers/env.ts";

/** Signing keys for tests, made anew in every run: no private key lies in the repository, not even for tests. */
export function makeSigningKey(kid: string = randomUUID()): SigningKey & { d: string } {
  const { x, d } = generateKeyPairSync("ed25519").privateKey.export({ format: "jwk" });
  if (x === undefined || d === undefined) throw new Error("an Ed25519 key without its parts");
  return { kty: "OKP", crv: "Ed25519", kid, x, d };
}

export interface TestKeys {
  TOKEN_KEYS: SigningKey[];
  RECEIPT_KEYS: SigningKey[];
}

export function makeKeys(): TestKeys {
  return { TOKEN_KEYS: [makeSigningKey()], RECEIPT_KEYS: [makeSigningKey()] };
}

/** As the secrets of a deployment hold them. */
export function secretsOf(keys: TestKeys): Record<keyof TestKeys, string> {
  return {
    TOKEN_KEYS: JSON.stringify(keys.TOKEN_KEYS),
    RECEIPT_KEYS: JSON.stringify(keys.RECEIPT_KEYS),
  };
}
