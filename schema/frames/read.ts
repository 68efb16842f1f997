import * as v from "valibot";
import { SeqSchema } from "../position.ts";

/** Up, a signal: this member has read everything up to here. It has no answer; only the largest counts. */
export const ReadSchema = v.strictObject({
  type: v.literal("read"),
  seq: SeqSchema,
});
