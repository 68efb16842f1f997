import * as v from "valibot";
import { SeqSchema } from "../position.ts";

/**
 * Up, a signal: everything through this seq of the log has been received and applied here, and so has whatever came
 * before it on this line. It is due whenever `limits.ack_every_bytes` were received since the last one.
 */
export const AckSchema = v.strictObject({
  type: v.literal("ack"),
  seq: SeqSchema,
});
