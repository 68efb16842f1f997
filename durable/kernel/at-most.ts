/** Does something for each, so many at a time. The work answers for its own failures: one that throws ends it all. */
export async function atMost<T>(
  count: number,
  items: readonly T[],
  work: (item: T) => Promise<void>,
): Promise<void> {
  // All workers take from the same list, so that a slow one holds up nobody else.
  const rest = items.values();
  const worker = async () => {
    for (const item of rest) await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(count, items.length) }, worker));
}
