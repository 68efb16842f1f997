import type { Host } from "./host.ts";

/**
 * When work is done: alone at once, under load together.
 *
 * An idle actor takes the first item in the very turn in which it arrives. What arrives before the next turn
 * waits for it, and all of it is taken in one go: one transaction, one commit, one frame a reader.
 * So a lone message pays no wait, and a storm pays one fsync a turn and not one a message.
 * Measured in docs/decisions/0001.
 */
export interface Flush<T> {
  push(item: T): void;
  readonly waiting: number;
  readonly waiting_bytes: number;
}

export interface Bounds<T> {
  items: number;
  bytes: number;
  bytesOf(item: T): number;
}

export function createFlush<T>(
  host: Pick<Host, "later">,
  bounds: Bounds<T>,
  run: (batch: T[]) => void,
): Flush<T> {
  let waiting: T[] = [];
  let waiting_bytes = 0;
  let armed = false;

  const arm = () => {
    armed = true;
    host.later(tick);
  };
  const tick = () => {
    armed = false;
    if (waiting.length === 0) return;
    const batch = cut();
    // Armed first: a batch that throws must not leave the next one lying.
    arm();
    run(batch);
  };
  const cut = (): T[] => {
    let bytes = 0;
    let count = 0;
    for (const item of waiting) {
      bytes += bounds.bytesOf(item);
      if (count > 0 && (count >= bounds.items || bytes > bounds.bytes)) break;
      count += 1;
    }
    const batch = waiting.slice(0, count);
    waiting = waiting.slice(count);
    for (const item of batch) waiting_bytes -= bounds.bytesOf(item);
    return batch;
  };

  return {
    push(item) {
      waiting.push(item);
      waiting_bytes += bounds.bytesOf(item);
      if (!armed) tick();
    },
    get waiting() {
      return waiting.length;
    },
    get waiting_bytes() {
      return waiting_bytes;
    },
  };
}
