import { fromBase64Url, toBase64Url } from "../../schema/chain.ts";
import type { SigningKey } from "../env.ts";

/**
 * For secrets that must be read again, and so cannot be kept as a hash: AES-256-GCM with a key that is derived from a
 * private part of TOKEN_KEYS, another one for each purpose. `owner` is bound in, so that a sealed text that is moved
 * to somebody else's row does not open there. The text says which key sealed it: `sealed$<kid>$<iv>$<ciphertext>`.
 */
export type SealPurpose = "second-factor";

export interface Seal {
  close(secret: string, owner: string): Promise<string>;
  /** Null where it was changed, belongs to another owner, or its key is not among ours, or has no private part left. */
  open(sealed: string, owner: string): Promise<string | null>;
  /** Whether an older key than the first of the list sealed it. */
  isStale(sealed: string): boolean;
}

const SCHEME = "sealed";
const IV_BYTES = 12;
const AES = { name: "AES-GCM", length: 256 } as const;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

export function createSeal(keys: readonly SigningKey[], purpose: SealPurpose): Seal {
  const withPrivatePart = (key: SigningKey | undefined) =>
    key?.d === undefined ? null : derive(key.d, purpose);

  return {
    async close(secret, owner) {
      const [first] = keys;
      const key = await withPrivatePart(first);
      if (!first || !key) throw new Error("no key to seal with");
      const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
      const form = { name: AES.name, iv, additionalData: encoder.encode(owner) };
      const bytes = await crypto.subtle.encrypt(form, key, encoder.encode(secret));
      return [SCHEME, nameOf(first), toBase64Url(iv), toBase64Url(new Uint8Array(bytes))].join("$");
    },
    async open(sealed, owner) {
      const [scheme, kid, iv = "", ciphertext = "", ...rest] = sealed.split("$");
      if (scheme !== SCHEME || rest.length > 0) return null;
      const key = await withPrivatePart(keys.find((one) => nameOf(one) === kid));
      if (!key) return null;
      const form = { name: AES.name, iv: fromBase64Url(iv), additionalData: encoder.encode(owner) };
      try {
        return decoder.decode(await crypto.subtle.decrypt(form, key, fromBase64Url(ciphertext)));
      } catch {
        return null;
      }
    },
    isStale: (sealed) => keys[0] === undefined || sealed.split("$")[1] !== nameOf(keys[0]),
  };
}

/** A key's name is anything; the form has a character of its own. */
const nameOf = ({ kid }: SigningKey) => encodeURIComponent(kid);

async function derive(private_part: string, purpose: SealPurpose): Promise<CryptoKey> {
  const secret = fromBase64Url(private_part);
  const key = await crypto.subtle.importKey("raw", secret, "HKDF", false, ["deriveKey"]);
  const info = encoder.encode(`quoth.seal.${purpose}`);
  const form = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(0), info };
  return crypto.subtle.deriveKey(form, key, AES, false, ["encrypt", "decrypt"]);
}
