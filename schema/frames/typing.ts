import * as v from "valibot";
import { MessageIdSchema, UserIdSchema } from "../ids.ts";

/** What is said of one's typing, over a socket or over HTTP: in the room, or in the thread of a message. */
export const typingEntries = { on: v.boolean(), parent: v.optional(MessageIdSchema) };

/** Up, a signal: said again every few seconds while somebody types, and once when they stop. It has no answer. */
export const TypingSchema = v.strictObject({ type: v.literal("typing"), ...typingEntries });
export type Typing = v.InferOutput<typeof TypingSchema>;

/**
 * Down, a signal: who types. A `full` frame takes the place of all that was known, any other says what has changed. A
 * message of somebody ends their typing without a word, and so does their leaving: the event says it already.
 */
export const TypingFrameSchema = v.object({
  type: v.literal("typing"),
  full: v.boolean(),
  users: v.array(
    v.object({
      user_id: UserIdSchema,
      parent: v.nullable(MessageIdSchema),
      /** Milliseconds of the server's clock: it is over then, should nothing more be heard. Null: it is over now. */
      until: v.nullable(v.number()),
    }),
  ),
});
export type TypingFrame = v.InferOutput<typeof TypingFrameSchema>;
export type TypingUser = TypingFrame["users"][number];
