import * as v from "valibot";
import { standingEntries } from "../cursors.ts";
import { EventSchema } from "../events.ts";
import { EpochSchema } from "../ids.ts";
import { HeadSchema } from "../receipt.ts";

/**
 * Down: consecutive events. What was committed in one flush comes in one frame, with the signed head of the log.
 * An answer to `gap` carries its ref, and one to `resume` how its reader stands.
 */
export const EventsSchema = v.object({
  type: v.literal("events"),
  epoch: EpochSchema,
  ref: v.optional(v.string()),
  events: v.array(EventSchema),
  head: HeadSchema,
  ...standingEntries,
});
export type Events = v.InferOutput<typeof EventsSchema>;
