import { toBase64Url } from "../../schema/chain.ts";

const encoder = new TextEncoder();

/** What is kept of a secret that was made here: 256 bits of chance need no salt and no slow hash. */
export async function secretHash(secret: string): Promise<string> {
  return toBase64Url(new Uint8Array(await crypto.subtle.digest("SHA-256", encoder.encode(secret))));
}

const SECRET_BYTES = 32;

export function newSecret(): string {
  return toBase64Url(crypto.getRandomValues(new Uint8Array(SECRET_BYTES)));
}
