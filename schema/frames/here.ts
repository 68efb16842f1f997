import * as v from "valibot";
import { UserIdSchema } from "../ids.ts";

/**
 * Down, a signal: who has the room open. A `full` frame takes the place of all that was known, any other says what has
 * changed. Where `count` is more than `limits.presence_listed` nobody is listed, and whoever was known is not any more.
 */
export const HereSchema = v.object({
  type: v.literal("here"),
  full: v.boolean(),
  /** People, not devices. */
  count: v.number(),
  users: v.array(
    v.object({
      user_id: UserIdSchema,
      /** 0 where they have gone. */
      devices: v.number(),
    }),
  ),
});
export type Here = v.InferOutput<typeof HereSchema>;
export type HereUser = Here["users"][number];
