import type { Up } from "../schema/frames/up.ts";
import type { Clock } from "./clock.ts";
import type { Missing } from "./log.ts";

/** The rest of an answer may come in a further frame: what is only late is not asked for at once. */
export const TAIL_WAIT_MS = 400;
/** An answer that does not come, or brings nothing, is asked for again after this. */
export const GAP_AGAIN_MS = 5_000;

export interface GapDeps {
  clock: Clock;
  send(frame: Up): boolean;
  missing(): Missing | null;
}

/** Asks for what is missing, one question at a time. */
export function createGaps({ clock, send, missing }: GapDeps) {
  let count = 0;
  let asked: { ref: string; after: number } | null = null;
  let cancel: (() => void) | null = null;

  function look(): void {
    const gap = missing();
    if (gap === null) return forget();
    // While a question is open its answer, or its end, comes first.
    if (asked !== null) return;
    if (gap.hole) return ask();
    cancel ??= clock.after(TAIL_WAIT_MS, ask);
  }

  function ask(): void {
    forget();
    const gap = missing();
    if (gap === null) return;
    count += 1;
    const ref = `gap-${count}`;
    asked = { ref, after: gap.after };
    cancel = clock.after(GAP_AGAIN_MS, ask);
    send({ type: "gap", ref, after: gap.after, through: gap.through });
  }

  function forget(): void {
    cancel?.();
    cancel = null;
    asked = null;
  }

  return {
    look,
    forget,
    /** A partial answer leads to the next question; one that brought nothing waits for its time. */
    answered(ref: string): void {
      const gap = missing();
      if (asked?.ref !== ref || (gap !== null && gap.after === asked.after)) return;
      forget();
      look();
    },
  };
}
