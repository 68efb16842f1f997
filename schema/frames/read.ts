import * as v from "valibot";
import { CursorSchema } from "../cursors.ts";
import { SeqSchema } from "../position.ts";

/** Up, a signal: this member has read everything up to here. It has no answer; only the largest counts. */
export const ReadSchema = v.strictObject({
  type: v.literal("read"),
  seq: SeqSchema,
  /**
   * The person has looked again at what they had marked as unread. Without it only a read that goes further ends a mark:
   * a device that repeats what it said before, when its line is back, must not undo what was done on another since.
   */
  ends_mark: v.optional(v.boolean()),
});

/** Up, a signal: a device of this member has received everything up to here. What is read was received. */
export const DeliveredSchema = v.strictObject({
  type: v.literal("delivered"),
  seq: SeqSchema,
});

/** Down: cursors that have moved since they were last told. Sending moves the sender's, and is not told again here. */
export const CursorsSchema = v.object({
  type: v.literal("cursors"),
  cursors: v.array(CursorSchema),
});
export type Cursors = v.InferOutput<typeof CursorsSchema>;
