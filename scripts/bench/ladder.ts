import type { Offered } from "./jobs.ts";

/** Beyond this a step has not been sustained. */
export const P99_MAX_MS = 1_000;

/** How far a search goes: doubling until a step fails, then so many steps between the last two. */
export interface Search {
  readonly from_rate: number;
  readonly refinements: number;
  readonly steps_max: number;
}

/** Whether everything arrived, in order, and nobody waited long for it. */
export function isSustained({ delivered, expected, gaps, refused, p99_ms }: Offered): boolean {
  return (
    delivered === expected && gaps === 0 && refused === 0 && p99_ms !== null && p99_ms <= P99_MAX_MS
  );
}

/**
 * The next rate to try after the rates that were tried, or null where the answer is close enough. A server whose
 * first rate is too much already is tried with half of it.
 */
export function nextRate(
  tried: readonly Offered[],
  { from_rate, refinements, steps_max }: Search,
): number | null {
  if (tried.length >= steps_max) return null;
  const passed = Math.max(0, ...tried.filter(isSustained).map(({ rate }) => rate));
  const failed = Math.min(...tried.filter((one) => !isSustained(one)).map(({ rate }) => rate));
  if (tried.length === 0) return from_rate;
  if (failed === Infinity) return passed * 2;
  if (passed === 0) return failed <= 2 ? null : Math.floor(failed / 2);
  // Each refinement halves the gap in proportion: after two, the answer is known to within a fifth.
  const between = Math.round(Math.sqrt(passed * failed));
  return failed / passed <= 2 ** (1 / 2 ** refinements) * 1.01 ? null : between;
}

/** The step that got the most across among those that were sustained. */
export function best(tried: readonly Offered[]): Offered | null {
  const sustained = tried.filter(isSustained);
  return sustained.reduce<Offered | null>(
    (most, one) => (!most || perSecond(one) > perSecond(most) ? one : most),
    null,
  );
}

/** Messages a second that reached everyone, the time that the last of them took included. */
export const perSecond = ({ sent, elapsed_ms }: Offered): number => (sent / elapsed_ms) * 1000;

export function median(values: readonly number[]): number | null {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = (sorted.length - 1) / 2;
  const [low, high] = [sorted[Math.floor(middle)], sorted[Math.ceil(middle)]];
  return low === undefined || high === undefined ? null : (low + high) / 2;
}
