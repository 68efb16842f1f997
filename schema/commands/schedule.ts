import * as v from "valibot";
import { ScheduleIdSchema } from "../ids.ts";
import { limits } from "../limits.ts";
import { command } from "./command.ts";
import { sendEntries } from "./message.ts";

/** A message that is sent later, by the room itself. To change one, it is taken back and asked for anew. */
export const scheduleEntries = {
  /** Milliseconds. */
  send_at: v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(limits.alarm_at_max)),
  ...sendEntries,
};
export const ScheduleSchema = command("schedule", scheduleEntries);
/** Takes back one's own; also one that could not be sent, which stays until then. */
export const UnscheduleSchema = command("unschedule", { schedule_id: ScheduleIdSchema });
