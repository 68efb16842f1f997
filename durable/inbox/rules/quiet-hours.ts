import type { QuietHours } from "../../../schema/settings.ts";

const DAY_MINUTES = 1440;
const MINUTE_MS = 60_000;
const days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

/** Whether a schedule is in force, by the clock on the person's wall. From and until alike are a whole day. */
export function isQuiet(quiet: QuietHours, at_ms: number): boolean {
  const { day, minute } = onTheWall(quiet.time_zone, at_ms);
  const { from_minute, until_minute } = quiet;
  const today = quiet.days.includes(day);
  if (from_minute < until_minute) return today && minute >= from_minute && minute < until_minute;
  // Over midnight: the night that began yesterday, or the one that begins today.
  const yesterday = quiet.days.includes((day + 6) % 7);
  return (today && minute >= from_minute) || (yesterday && minute < until_minute);
}

/**
 * The first minute from which `isQuiet` says something else; null where that never comes.
 * It goes from one position of the hands to the next, and in the two days a year on which the clock is changed minute
 * by minute: there it may even say something else twice within the hour.
 */
export function nextQuietChange(quiet: QuietHours, at_ms: number): number | null {
  const schedule = JSON.stringify(quiet);
  const { known } = memory;
  if (known?.schedule === schedule && known.from_ms <= at_ms && at_ms < (known.next ?? Infinity))
    return known.next;
  const next = findChange(quiet, at_ms);
  memory.known = { schedule, from_ms: at_ms, next };
  return next;
}

/** What was found stays true until then, and is asked for whenever a device may have fallen silent. */
const memory: { known: { schedule: string; from_ms: number; next: number | null } | null } = {
  known: null,
};

function findChange(quiet: QuietHours, at_ms: number): number | null {
  const now = isQuiet(quiet, at_ms);
  const differs = (minute: number) => isQuiet(quiet, minute * MINUTE_MS) !== now;
  let from = Math.floor(at_ms / MINUTE_MS);
  // Two positions a day, for the longest time that a choice of weekdays can make the same.
  for (let steps = 0; steps < 20; steps += 1) {
    const { minute } = onTheWall(quiet.time_zone, from * MINUTE_MS);
    const ahead = [quiet.from_minute, quiet.until_minute].map(
      (hand) => (hand - minute + DAY_MINUTES) % DAY_MINUTES || DAY_MINUTES,
    );
    const step = Math.min(...ahead);
    const there = onTheWall(quiet.time_zone, (from + step) * MINUTE_MS).minute;
    const is_even = there === (minute + step) % DAY_MINUTES;
    for (let next = from + (is_even ? step : 1); next <= from + step; next += 1)
      if (differs(next)) return next * MINUTE_MS;
    from += step;
  }
  return null;
}

let last: { time_zone: string; format: Intl.DateTimeFormat } | null = null;

/** Making a format costs far more than using it, and an inbox has one time zone. */
function formatOf(time_zone: string): Intl.DateTimeFormat {
  if (last?.time_zone === time_zone) return last.format;
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone: time_zone,
    weekday: "short",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  });
  last = { time_zone, format };
  return format;
}

function onTheWall(time_zone: string, at_ms: number): { day: number; minute: number } {
  const parts = new Map(
    formatOf(time_zone)
      .formatToParts(at_ms)
      .map(({ type, value }) => [type, value]),
  );
  return {
    day: days.indexOf(parts.get("weekday") ?? ""),
    minute: Number(parts.get("hour")) * 60 + Number(parts.get("minute")),
  };
}
