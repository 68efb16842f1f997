import type { Clock } from "./clock.ts";

/** The first mark goes at once; those that follow it so soon, as when somebody scrolls, are said as one. */
export const READ_GATHER_MS = 500;

export interface ReadingDeps {
  clock: Clock;
  send(frame: { type: "read"; seq: number }): boolean;
}

/** How far this device has read the room, told when it has grown. It is a signal: the newest stands for all before. */
export function createReading({ clock, send }: ReadingDeps) {
  let seen = 0;
  let told = 0;
  let gathering = false;

  function tell(): void {
    if (seen <= told || !send({ type: "read", seq: seen })) return;
    told = seen;
    gathering = true;
    clock.after(READ_GATHER_MS, () => {
      gathering = false;
      tell();
    });
  }

  return {
    /** Before the line ends: what waits to be said is said. */
    tell,
    /** The line is new: nobody knows what of the old one arrived, so it is said again. */
    online(): void {
      told = 0;
      tell();
    },
    read(seq: number): void {
      if (seq <= seen) return;
      seen = seq;
      if (!gathering) tell();
    },
  };
}
