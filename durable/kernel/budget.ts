/** A token bucket as a value: how full it was, and when. */
export interface Bucket {
  tokens: number;
  at_ms: number;
}

export interface Rate {
  readonly burst: number;
  readonly per_second: number;
}

export const fullBucket = (rate: Rate, now_ms: number): Bucket => ({
  tokens: rate.burst,
  at_ms: now_ms,
});

/**
 * Takes tokens if there is one at all, or says how long until there is. What costs more than is left is given once and
 * makes a debt: what an answer costs is known only when it has been made. A clock that steps back refills nothing.
 */
export function take(
  bucket: Bucket,
  rate: Rate,
  now_ms: number,
  cost = 1,
): { bucket: Bucket; wait_ms: number } {
  const elapsed_ms = Math.max(0, now_ms - bucket.at_ms);
  const tokens = Math.min(rate.burst, bucket.tokens + (elapsed_ms / 1000) * rate.per_second);
  if (tokens >= 1) return { bucket: { tokens: tokens - cost, at_ms: now_ms }, wait_ms: 0 };
  return {
    bucket: { tokens, at_ms: now_ms },
    wait_ms: Math.ceil(((1 - tokens) / rate.per_second) * 1000),
  };
}

/** One bucket for each key. Only keys that are not full again are kept, so a quiet room keeps none. */
export function createBudget(rate: Rate): {
  take(key: string, now_ms: number, cost?: number): number;
} {
  const buckets = new Map<string, Bucket>();
  const refill_ms = (rate.burst / rate.per_second) * 1000;
  const sweep = (now_ms: number) => {
    for (const [key, bucket] of buckets) if (now_ms - bucket.at_ms > refill_ms) buckets.delete(key);
  };
  return {
    take(key, now_ms, cost = 1) {
      if (buckets.size >= 1024) sweep(now_ms);
      const taken = take(buckets.get(key) ?? fullBucket(rate, now_ms), rate, now_ms, cost);
      buckets.set(key, taken.bucket);
      return taken.wait_ms;
    },
  };
}
