import type { Position } from "../../schema/position.ts";

export interface LogBounds {
  position: Position;
  /** The oldest seq that is still here. */
  first_seq: number;
  max_events: number;
}

export type Resumption = { kind: "since"; after: number } | { kind: "start_over" };

/**
 * Where a client goes on. "Since N" only where this very log has every event after N and they are not too many;
 * otherwise it starts over with a snapshot. It is never a guess: another epoch or a position beyond the head
 * means that client and log have different pasts.
 */
export function resumeFrom(position: Position | null, log: LogBounds): Resumption {
  const start_over = { kind: "start_over" } as const;
  if (!position || position.epoch !== log.position.epoch) return start_over;
  if (position.seq > log.position.seq) return start_over;
  if (position.seq + 1 < log.first_seq) return start_over;
  if (log.position.seq - position.seq > log.max_events) return start_over;
  return { kind: "since", after: position.seq };
}
