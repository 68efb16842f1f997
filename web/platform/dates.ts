const time = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const day = new Intl.DateTimeFormat(undefined, {
  weekday: "long",
  day: "numeric",
  month: "long",
  year: "numeric",
});
const full = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });

export const timeText = (at: number): string => time.format(at);
export const dayText = (at: number): string => day.format(at);
export const fullText = (at: number): string => full.format(at);
export const machineTime = (at: number): string => new Date(at).toISOString();

const MINUTE_MS = 60_000;

/** As a `datetime-local` field has it: the time on the wall here, without a zone. */
export function fieldTime(at: number): string {
  const here = at - new Date(at).getTimezoneOffset() * MINUTE_MS;
  return new Date(here).toISOString().slice(0, 16);
}
export const timeOfField = (text: string): number | null =>
  text === "" ? null : new Date(text).getTime();

/** Minutes of a day, as a `time` field has them. */
export const minuteText = (minute: number): string =>
  [Math.floor(minute / 60), minute % 60].map((part) => String(part).padStart(2, "0")).join(":");
export function minuteOf(text: string): number {
  const [hours = 0, minutes = 0] = text.split(":").map(Number);
  return hours * 60 + minutes;
}
