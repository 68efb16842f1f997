import { limits } from "../../../schema/limits.ts";
import type { Settings } from "../../../schema/settings.ts";
import { unreachable } from "../../kernel/outcome.ts";

/** Whether one takes a direct room from somebody. Each answer takes in the one after it. */
export function takesDirectFrom(
  direct_from: Settings["direct_from"],
  writer: { shares_room: boolean; wished: boolean },
): boolean {
  switch (direct_from) {
    case "everyone":
      return true;
    case "shared":
      return writer.shares_room || writer.wished;
    case "contacts":
      return writer.wished;
    default:
      return unreachable(direct_from);
  }
}

/** Addresses that were compared within one minute. */
export interface Lookups {
  minute: number;
  addresses: number;
}

export const MINUTE_MS = 60_000;
export const LOOKUP_DAY_MS = 24 * 60 * MINUTE_MS;
const BURST_MS = 60 * MINUTE_MS;

/**
 * How long to wait before so many addresses may be compared: a number for an hour, and one for a day. Both count the
 * time that has just passed and not the calendar's, so there is no midnight to wait for and take twice.
 */
export function lookupWait(taken: readonly Lookups[], addresses: number, now_ms: number): number {
  const room = (allowed: number, window_ms: number): number => {
    if (addresses > allowed) return window_ms;
    let used = 0;
    for (const { minute, addresses: some } of taken.toSorted((a, b) => b.minute - a.minute)) {
      const free_at = (minute + 1) * MINUTE_MS + window_ms;
      if (free_at <= now_ms) break;
      used += some;
      if (used + addresses > allowed) return free_at - now_ms;
    }
    return 0;
  };
  return Math.max(
    room(limits.contact_lookups_burst, BURST_MS),
    room(limits.contact_lookups_per_day, LOOKUP_DAY_MS),
  );
}
