/**
 * Does something for each, so many at a time, and answers in their order. One that fails keeps no other back; when all
 * are through, the first failure is thrown.
 */
export async function atMost<T, R>(
  count: number,
  items: readonly T[],
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const outcomes = new Map<number, PromiseSettledResult<R>>();
  // All workers take from the same list, so that a slow one holds up nobody else.
  const rest = items.entries();
  const worker = async () => {
    for (const [at, item] of rest) {
      const [outcome] = await Promise.allSettled([work(item)]);
      outcomes.set(at, outcome);
    }
  };
  await Promise.all(Array.from({ length: Math.min(count, items.length) }, worker));
  return items.map((_, at) => {
    const outcome = outcomes.get(at);
    if (outcome?.status === "fulfilled") return outcome.value;
    throw outcome?.reason;
  });
}
