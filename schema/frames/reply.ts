import * as v from "valibot";
import { CommandIdSchema } from "../ids.ts";
import { ReceiptSchema } from "../receipt.ts";
import { RefusalSchema } from "../refusals.ts";

/**
 * Down: the command had its one effect. `replayed` says that it had it before. The receipt is null where nothing was left
 * to do, or where the change is the caller's own and not in the log.
 */
export const AcceptedSchema = v.object({
  type: v.literal("accepted"),
  command_id: CommandIdSchema,
  receipt: v.nullable(ReceiptSchema),
  replayed: v.boolean(),
});
export type Accepted = v.InferOutput<typeof AcceptedSchema>;

/** Down: nothing happened, and why. What it answers is named as far as it could be read. */
export const RefusedSchema = v.object({
  type: v.literal("refused"),
  command_id: v.optional(v.string()),
  ref: v.optional(v.string()),
  refusal: RefusalSchema,
});
export type Refused = v.InferOutput<typeof RefusedSchema>;
