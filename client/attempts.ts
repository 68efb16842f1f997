import type { Clock } from "./clock.ts";
import { QuothError } from "./failure.ts";
import { backOffDelay, commandBackOff } from "./reconnect.ts";

const ATTEMPTS = 4;

/** For calls that are safe to repeat: those that read, and commands, whose id makes them one. */
export async function withAttempts<T>(
  clock: Clock,
  random: () => number,
  call: () => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof QuothError) || !error.retryable || attempt === ATTEMPTS) throw error;
      const delay_ms = Math.max(
        error.retry_after_ms ?? 0,
        backOffDelay(attempt, random(), commandBackOff),
      );
      await new Promise<void>((resume) => void clock.after(delay_ms, resume));
    }
  }
}
