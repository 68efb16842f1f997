/** Time, as the client needs it; tests bring one that they turn by hand. */
export interface Clock {
  now(): number;
  /** Runs `then` once after so many milliseconds, unless the returned function is called first. */
  after(delay_ms: number, then: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  after(delay_ms, then) {
    const timer = setTimeout(then, delay_ms);
    return () => clearTimeout(timer);
  },
};
