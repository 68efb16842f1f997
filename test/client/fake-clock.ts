import type { Clock } from "../../client/clock.ts";

/** A clock that a test turns. Promises settle between one timer and the next. */
export class FakeClock implements Clock {
  #now = Date.UTC(2026, 10, 21, 9);
  #timers: { at: number; order: number; then: () => void }[] = [];
  #order = 0;

  now = (): number => this.#now;

  after(delay_ms: number, then: () => void): () => void {
    this.#order += 1;
    const timer = { at: this.#now + Math.max(0, delay_ms), order: this.#order, then };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((one) => one !== timer);
    };
  }

  async advance(by_ms: number): Promise<void> {
    const until = this.#now + by_ms;
    await settle();
    for (;;) {
      const next = this.#timers
        .filter(({ at }) => at <= until)
        .toSorted((a, b) => a.at - b.at || a.order - b.order)[0];
      if (next === undefined) break;
      this.#timers = this.#timers.filter((one) => one !== next);
      this.#now = Math.max(this.#now, next.at);
      next.then();
      await settle();
    }
    this.#now = until;
    await settle();
  }
}

/** Long enough for answers, and for WebCrypto, which works in other threads. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 12; turn += 1) await new Promise((resume) => setImmediate(resume));
}
