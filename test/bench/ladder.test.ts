import { expect, test } from "vitest";
import type { Offered } from "../../scripts/bench/jobs.ts";
import type { Search } from "../../scripts/bench/ladder.ts";
import { best, isSustained, median, nextRate } from "../../scripts/bench/ladder.ts";

const search: Search = { from_rate: 50, refinements: 2, steps_max: 12 };

/** A server that keeps up to a rate, and above it delivers what it can, too late. */
function offeredTo(capacity: number, rate: number): Offered {
  const late = rate > capacity;
  return {
    rate,
    sent: rate,
    delivered: rate * 10,
    expected: rate * 10,
    gaps: 0,
    refused: 0,
    elapsed_ms: late ? (1000 * rate) / capacity : 1000,
    p50_ms: late ? 2000 : 10,
    p99_ms: late ? 3000 : 20,
    flush_size: 1,
    event_bytes: 1,
    generator_busy: 0,
  };
}

function climb(capacity: number): Offered[] {
  const tried: Offered[] = [];
  for (let rate = nextRate(tried, search); rate !== null; rate = nextRate(tried, search)) {
    tried.push(offeredTo(capacity, rate));
  }
  return tried;
}

test("the search ends within a fifth below what a server can do", () => {
  for (const capacity of [3, 30, 49, 50, 51, 99, 400, 730, 5000]) {
    const found = best(climb(capacity))?.rate ?? 0;
    expect(found, `of ${capacity}`).toBeLessThanOrEqual(capacity);
    expect(found, `of ${capacity}`).toBeGreaterThan(capacity * 0.8 - 2);
  }
});

test("a server that keeps up with nothing has no figure, and the search ends", () => {
  expect(best(climb(0.5))).toBeNull();
});

test("what is lost, out of order, refused or late has not been sustained", () => {
  const good = offeredTo(100, 50);
  expect(isSustained(good)).toBe(true);
  for (const fault of [
    { delivered: 499 },
    { gaps: 1 },
    { refused: 1 },
    { p99_ms: 1001 },
    { p99_ms: null },
  ]) {
    expect(isSustained({ ...good, ...fault }), JSON.stringify(fault)).toBe(false);
  }
});

test("the median of an even number lies between the two in the middle, and of nothing there is none", () => {
  expect(median([4, 1, 3])).toBe(3);
  expect(median([4, 1, 3, 2])).toBe(2.5);
  expect(median([])).toBeNull();
});
