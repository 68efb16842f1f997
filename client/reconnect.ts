/**
 * Full jitter: after a restart every client of a room comes back, and without the random factor
 * they would all come back in the same moment.
 */
export interface BackOff {
  base_ms: number;
  cap_ms: number;
}

export const lineBackOff: BackOff = { base_ms: 500, cap_ms: 30_000 };
export const commandBackOff: BackOff = { base_ms: 250, cap_ms: 30_000 };

/** A line counts as good again when it has held this long; one that breaks at once keeps its attempts. */
export const STEADY_MS = 5_000;

export function backOffDelay(
  attempt: number,
  random: number,
  { base_ms, cap_ms }: BackOff,
): number {
  return Math.round(random * Math.min(cap_ms, base_ms * 2 ** attempt));
}
