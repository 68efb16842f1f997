import * as v from "valibot";
import { EpochSchema } from "./ids.ts";

export const SeqSchema = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

/** Epoch and seq: all that a client needs in order to resume. Seq 0 is before the first event. */
export const PositionSchema = v.strictObject({ epoch: EpochSchema, seq: SeqSchema });
export type Position = v.InferOutput<typeof PositionSchema>;
