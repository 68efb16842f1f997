import { sha256 } from "@noble/hashes/sha2.js";

/**
 * A Bloom filter: a set of many texts in few bits, which never forgets one and seldom takes another for one of its own.
 * The positions come from one SHA-256 by double hashing.
 */
const HASHES = 14;
const encoder = new TextEncoder();

export function bloomHas(filter: Uint8Array, text: string): boolean {
  return positions(text, filter.length * 8).every(
    (at) => ((filter[at >> 3] ?? 0) & (1 << (at & 7))) !== 0,
  );
}

export function bloomOf(texts: readonly string[], bits_each: number): Uint8Array {
  const filter = new Uint8Array(Math.ceil((texts.length * bits_each) / 8));
  for (const text of texts) {
    for (const at of positions(text, filter.length * 8))
      filter[at >> 3] = (filter[at >> 3] ?? 0) | (1 << (at & 7));
  }
  return filter;
}

function positions(text: string, bits: number): number[] {
  const digest = new DataView(sha256(encoder.encode(text)).buffer);
  const first = digest.getUint32(0);
  // Odd, so that the steps do not fall into a cycle of half the bits.
  const step = digest.getUint32(4) | 1;
  return Array.from({ length: HASHES }, (_, at) => (first + at * (step >>> 0)) % bits);
}
