import * as v from "valibot";
import { PositionSchema } from "../position.ts";
import { QuerySchema } from "../queries.ts";

const ref = v.pipe(v.string(), v.minLength(1), v.maxLength(64));

/** Up: a question about the room. The answer is `answer` with the same ref. */
export const AskSchema = v.strictObject({ type: v.literal("ask"), ref, query: QuerySchema });

/** Down: what was asked for; its form is that of `queryAnswers`. The position says which events it knows already. */
export const AnswerSchema = v.object({
  type: v.literal("answer"),
  ref: v.string(),
  position: PositionSchema,
  answer: v.unknown(),
});
