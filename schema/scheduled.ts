import * as v from "valibot";
import { MessageIdSchema, ScheduleIdSchema } from "./ids.ts";
import { RefusalSchema } from "./refusals.ts";

/** A message that waits for its time, as its author sees it. */
export const ScheduledSchema = v.object({
  schedule_id: ScheduleIdSchema,
  send_at: v.number(),
  /** The message that it will be. */
  message_id: MessageIdSchema,
  text: v.string(),
  parent: v.nullable(MessageIdSchema),
  in_room: v.boolean(),
  quote: v.nullable(MessageIdSchema),
  silent: v.boolean(),
  /** Why it was not sent when its time had come; null while it waits. */
  failed: v.nullable(RefusalSchema),
});
export type Scheduled = v.InferOutput<typeof ScheduledSchema>;
