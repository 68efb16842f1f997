import * as v from "valibot";

export const audiences = ["everyone", "contacts", "nobody"] as const;
export const writers = ["everyone", "shared", "contacts"] as const;

/** An IANA name. */
export const TimeZoneSchema = v.pipe(
  v.string(),
  v.maxLength(64),
  v.check(isTimeZone, "not a time zone"),
);

/** Minutes of the day in the person's own time zone; where `from` is after `until` it goes over midnight. */
export const QuietHoursSchema = v.strictObject({
  from_minute: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(1439)),
  until_minute: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(1439)),
  /** 0 is Sunday. A night belongs to the day on which it begins. */
  days: v.pipe(
    v.array(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(6))),
    v.maxLength(7),
  ),
  time_zone: TimeZoneSchema,
});
export type QuietHours = v.InferOutput<typeof QuietHoursSchema>;

/** What a person decides for all of their devices. */
const entries = {
  /** Who sees when one was last here. Who hides it does not see that of others. */
  last_seen: v.picklist(audiences),
  /** Who may begin a direct room with one: everyone, people in shared rooms, contacts. */
  direct_from: v.picklist(writers),
  /** Whether one is found by who has one's mail address. */
  findable: v.boolean(),
  /** Whether others see how far one has read. Who hides it does not see it of others. */
  show_reads: v.boolean(),
  /** When presence is `dnd` by itself. */
  quiet_hours: v.nullable(QuietHoursSchema),
};
export const SettingsSchema = v.strictObject(entries);
export type Settings = v.InferOutput<typeof SettingsSchema>;

export const SettingsChangeSchema = v.partial(SettingsSchema);
export type SettingsChange = v.InferOutput<typeof SettingsChangeSchema>;

export const defaultSettings: Settings = {
  last_seen: "everyone",
  direct_from: "everyone",
  findable: false,
  show_reads: true,
  quiet_hours: null,
};

function isTimeZone(time_zone: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: time_zone }).resolvedOptions() !== null;
  } catch {
    return false;
  }
}
