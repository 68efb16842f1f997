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
