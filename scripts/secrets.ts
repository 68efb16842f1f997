import { generateKeyPairSync } from "node:crypto";
import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { calculateJwkThumbprint } from "jose";
import { root } from "./local/paths.ts";

/** The deployment's signing keys, each a JSON array: the first signs, all verify. See schema/receipt.ts. */
export const secretNames = ["RECEIPT_KEYS", "TOKEN_KEYS"] as const;

export interface PrivateKey {
  kty: "OKP";
  crv: "Ed25519";
  x: string;
  d: string;
  kid: string;
  use: "sig";
}

export async function makeKey(): Promise<PrivateKey> {
  const { x, d } = generateKeyPairSync("ed25519").privateKey.export({ format: "jwk" });
  if (x === undefined || d === undefined) throw new Error("an Ed25519 key without its parts");
  const key = { kty: "OKP", crv: "Ed25519", x } as const;
  return { ...key, d, kid: await calculateJwkThumbprint(key), use: "sig" };
}

/** The text of a `.dev.vars` that has every secret; what is there already stays as it is. */
export function withSecrets(
  text: string,
  made: Readonly<Record<string, readonly PrivateKey[]>>,
): string {
  const missing = secretNames.filter(
    (name) => !new RegExp(`^\\s*(export\\s+)?${name}\\s*=`, "m").test(text),
  );
  const lines = missing.map((name) => `${name}='${JSON.stringify(made[name] ?? [])}'`);
  if (lines.length === 0) return text;
  return [text.trimEnd(), ...lines, ""].filter((line, at) => line !== "" || at > 0).join("\n");
}

export async function makeSecrets(): Promise<Record<(typeof secretNames)[number], PrivateKey[]>> {
  return { RECEIPT_KEYS: [await makeKey()], TOKEN_KEYS: [await makeKey()] };
}

/** Makes this machine's own secrets where they are missing, readable by their owner only. */
export async function ensureSecrets(file = join(root, ".dev.vars")): Promise<boolean> {
  const before = existsSync(file) ? readFileSync(file, "utf8") : "";
  const after = withSecrets(before, await makeSecrets());
  if (after === before) return false;
  writeFileSync(file, after, { mode: 0o600 });
  // The mode above is for a new file only.
  chmodSync(file, 0o600);
  return true;
}
