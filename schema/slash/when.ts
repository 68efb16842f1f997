import { limits } from "../limits.ts";

/** A moment as it was written; which one it is depends on the clock and the time zone of who wrote it. */
export type When =
  | { readonly type: "in"; readonly ms: number }
  /** `day` is null for the next time that the clock shows this. */
  | { readonly type: "at"; readonly day: "tomorrow" | null; readonly minutes: number };

const MINUTE = 60_000;
const DAY = 86_400_000;
const units: Readonly<Record<string, number>> = {
  ...{ s: 1000, m: MINUTE, h: 60 * MINUTE },
  ...{ d: DAY, w: 7 * DAY },
};
/** When people are reminded on a day for which they named no time. */
const MORNING_MINUTES = 9 * 60;

/** `10m`, `2h`, `1d`, `1h30m`, in milliseconds; null for what is none, or too long. */
export function durationOf(word: string): number | null {
  if (!/^(?:\d{1,9}[smhdw]){1,5}$/i.test(word)) return null;
  let ms = 0;
  for (const [, count, unit = ""] of word.matchAll(/(\d+)([a-z])/gi))
    ms += Number(count) * (units[unit.toLowerCase()] ?? 0);
  return ms > 0 && ms <= limits.slash_duration_ms ? ms : null;
}

/** The moment that a text begins with, and what comes after it. */
export function whenOf(text: string): { when: When; rest: string } | null {
  const [, word = "", rest = ""] = /^(\S+)\s*([^]*)$/.exec(text) ?? [];
  if (word.toLowerCase() !== "tomorrow") {
    const ms = durationOf(word);
    const minutes = minutesOf(word);
    if (ms !== null) return { when: { type: "in", ms }, rest };
    return minutes === null ? null : { when: { type: "at", day: null, minutes }, rest };
  }
  const [, time = "", after = ""] = /^(\S+)\s*([^]*)$/.exec(rest) ?? [];
  const minutes = minutesOf(time);
  const found = minutes === null ? { minutes: MORNING_MINUTES, rest } : { minutes, rest: after };
  return { when: { type: "at", day: "tomorrow", minutes: found.minutes }, rest: found.rest };
}

/** `HH:MM` as minutes of the day. */
function minutesOf(word: string): number | null {
  const match = /^([01]?\d|2[0-3]):([0-5]\d)$/.exec(word);
  return match === null ? null : Number(match[1]) * 60 + Number(match[2]);
}

export interface Clock {
  readonly now_ms: number;
  /** An IANA name, as in a person's settings. */
  readonly time_zone: string;
}

/** The moment itself. A time that a change of the clocks leaves out comes as much later as it leaves out. */
export function momentOf(when: When, { now_ms, time_zone }: Clock): number {
  if (when.type === "in") return now_ms + when.ms;
  const midnight = Math.floor(wallClock(now_ms, time_zone) / DAY) * DAY;
  const on = (days: number) => fromWall(midnight + days * DAY + when.minutes * MINUTE, time_zone);
  if (when.day === "tomorrow") return on(1);
  const today = on(0);
  return today > now_ms ? today : on(1);
}

/** What the clocks of a zone show at a moment, as if it were UTC. */
function wallClock(at_ms: number, time_zone: string): number {
  const format = new Intl.DateTimeFormat("en-u-ca-iso8601-nu-latn", {
    ...{ timeZone: time_zone, hourCycle: "h23", second: "2-digit", minute: "2-digit" },
    ...{ hour: "2-digit", day: "2-digit", month: "2-digit", year: "numeric" },
  });
  const parts = new Map(
    format.formatToParts(at_ms).map(({ type, value }) => [type, Number(value)]),
  );
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? 0;
  return Date.UTC(
    part("year"),
    part("month") - 1,
    part("day"),
    ...([part("hour"), part("minute"), part("second")] as const),
  );
}

/** The first moment at which the clocks of a zone show this. */
function fromWall(wall_ms: number, time_zone: string): number {
  const offset = (at_ms: number) => wallClock(at_ms, time_zone) - at_ms;
  // No two changes of the clocks come within two days of each other: these are the offsets before and after one.
  const [before, after] = [offset(wall_ms - DAY), offset(wall_ms + DAY)];
  const candidates = [wall_ms - before, wall_ms - after].filter(
    (at_ms) => wallClock(at_ms, time_zone) === wall_ms,
  );
  return candidates.length > 0 ? Math.min(...candidates) : wall_ms - before;
}
