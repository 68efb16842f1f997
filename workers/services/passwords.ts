import type { ScryptOptions } from "node:crypto";
import { randomBytes, scrypt, timingSafeEqual } from "node:crypto";
import { fromBase64Url, toBase64Url } from "../../schema/chain.ts";

/**
 * scrypt with N = 2^14, r = 8, p = 5: OWASP's setting for 16 MiB, and what the runtime's memory cap allows.
 * A hash says how it was made, `scrypt$14$8$5$salt$key`, so that a stronger setting can come beside the old ones.
 */
interface Cost {
  log2_n: number;
  r: number;
  p: number;
}
const COST: Cost = { log2_n: 14, r: 8, p: 5 };
const SALT_BYTES = 16;
const KEY_BYTES = 32;

/**
 * What the password of an unknown handle is compared with: the same work, and never a match. A salt and a key of
 * nothing but zeros would need a preimage of scrypt.
 */
const NOBODY = format(COST, new Uint8Array(SALT_BYTES), new Uint8Array(KEY_BYTES));

export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  return format(COST, salt, await derive(password, salt, COST));
}

/** Takes the same time and gives the same answer whether there is no such person or the password is wrong. */
export async function verifyPassword(password: string, stored: string | null): Promise<boolean> {
  const { cost, salt, key } = parse(stored ?? NOBODY);
  const derived = await derive(password, salt, cost);
  return timingSafeEqual(derived, key) && stored !== null;
}

function derive(password: string, salt: Uint8Array, { log2_n, r, p }: Cost): Promise<Uint8Array> {
  // NFKC as NIST SP 800-63B asks: the same password typed on another keyboard is the same password.
  const text = password.normalize("NFKC");
  const options: ScryptOptions = { N: 2 ** log2_n, r, p };
  return new Promise((resolve, reject) => {
    scrypt(text, salt, KEY_BYTES, options, (error, key) => (error ? reject(error) : resolve(key)));
  });
}

function format({ log2_n, r, p }: Cost, salt: Uint8Array, key: Uint8Array): string {
  return ["scrypt", log2_n, r, p, toBase64Url(salt), toBase64Url(key)].join("$");
}

function parse(stored: string): { cost: Cost; salt: Uint8Array; key: Uint8Array } {
  const [scheme, log2_n, r, p, salt, key, ...rest] = stored.split("$");
  if (scheme !== "scrypt" || salt === undefined || key === undefined || rest.length > 0) {
    throw new Error("a password hash of an unknown form");
  }
  const cost = { log2_n: Number(log2_n), r: Number(r), p: Number(p) };
  if (!Object.values(cost).every((value) => Number.isSafeInteger(value) && value > 0)) {
    throw new Error("a password hash with an unknown cost");
  }
  return { cost, salt: fromBase64Url(salt), key: fromBase64Url(key) };
}
