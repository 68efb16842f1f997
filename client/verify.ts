import { chainFault, entryHash, fromBase64Url, headStatement } from "../schema/chain.ts";
import type { LogEvent } from "../schema/events.ts";
import type { Head, PublicKey, Receipt } from "../schema/receipt.ts";

/** `unknown`: no key of this name could be had, or this runtime cannot check Ed25519. */
export type Verdict = "valid" | "forged" | "unknown";

/** Whether the deployment has signed this head. */
export async function verifyHead(head: Head, key: PublicKey | null): Promise<Verdict> {
  if (key === null || key.kid !== head.key_id) return "unknown";
  const public_key = await importKey(key).catch(() => null);
  if (public_key === null) return "unknown";
  try {
    const signature = fromBase64Url(head.signature);
    return (await crypto.subtle.verify("Ed25519", public_key, signature, headStatement(head)))
      ? "valid"
      : "forged";
  } catch {
    // A signature that cannot even be read.
    return "forged";
  }
}

/**
 * Whether a receipt proves what it says: its head is signed, and its entry is the head's or is linked to it by the
 * events between. They are those after the receipt's seq, up to its head's, in order.
 */
export async function verifyReceipt(
  receipt: Receipt,
  key: PublicKey | null,
  events_between: readonly LogEvent[],
): Promise<Verdict> {
  return receiptFault(receipt, events_between) === null ? verifyHead(receipt.head, key) : "forged";
}

/** Whether a receipt agrees with itself: its hash is that of the entry it carries. */
export const isWhole = (receipt: Receipt): boolean =>
  entryHash(receipt.prev_hash, receipt.body_hash, receipt) === receipt.hash;

export function receiptFault(receipt: Receipt, events_between: readonly LogEvent[]): string | null {
  const { head } = receipt;
  if (head.room_id !== receipt.room_id || head.epoch !== receipt.epoch)
    return "the head is of another log";
  if (!isWhole(receipt)) return "its hash is of another entry";
  if (head.seq !== receipt.seq + events_between.length) return "the head is not reached";
  let { seq, hash } = receipt;
  for (const event of events_between) {
    seq += 1;
    const kind = chainFault(event, seq, hash);
    if (kind !== null) return `event ${seq}: ${kind}`;
    hash = event.hash;
  }
  return hash === head.hash ? null : "the head has another hash";
}

/** Whether a receipt speaks of this very event. The hash stands for all that goes into it, if it is really its own. */
export const isReceiptOf = (receipt: Receipt, event: LogEvent): boolean =>
  receipt.hash === event.hash && isWhole(receipt);

function importKey({ kty, crv, x }: PublicKey) {
  return crypto.subtle.importKey("jwk", { kty, crv, x }, "Ed25519", false, ["verify"]);
}

/** The deployment's keys, asked for once and again where a head names a new one. */
export type KeyRing = (key_id: string) => Promise<PublicKey | null>;

export const KEYS_AGAIN_MS = 60_000;

export function createKeyRing(
  fetchKeys: () => Promise<{ keys: PublicKey[] }>,
  now: () => number,
): KeyRing {
  let keys = new Map<string, PublicKey>();
  let asked_at = -Infinity;
  let asking: Promise<void> | null = null;

  const ask = async () => {
    const answer = await fetchKeys().catch(() => null);
    if (answer === null) return;
    asked_at = now();
    keys = new Map(answer.keys.map((key) => [key.kid, key]));
  };

  return async (key_id) => {
    // An unknown key id, which anyone can make up, must not become a request each time.
    if (!keys.has(key_id) && now() - asked_at >= KEYS_AGAIN_MS) {
      asking ??= ask().finally(() => {
        asking = null;
      });
      await asking;
    }
    return keys.get(key_id) ?? null;
  };
}
