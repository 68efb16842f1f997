import * as v from "valibot";
import { UserIdSchema, WhisperIdSchema } from "../ids.ts";
import { MessageTextSchema } from "../text.ts";

/** What is said to one person alone, over a socket or over HTTP. It is not kept. */
export const whisperEntries = { to: UserIdSchema, text: MessageTextSchema };
export const WhisperingSchema = v.strictObject(whisperEntries);

/** Up, a signal. The answer is `answer` with the same ref, of the form of `WhisperedSchema`; or `refused`. */
export const WhisperUpSchema = v.strictObject({
  type: v.literal("whisper"),
  ref: v.pipe(v.string(), v.minLength(1), v.maxLength(64)),
  ...whisperEntries,
});

/** Down, a signal: only you see this, and only now. `from` is null where the room itself speaks. */
export const WhisperSchema = v.object({
  type: v.literal("whisper"),
  id: WhisperIdSchema,
  from: v.nullable(UserIdSchema),
  text: v.string(),
  at: v.number(),
});
export type Whisper = v.InferOutput<typeof WhisperSchema>;

/** On how many sockets it was heard; 0 where they were not here. */
export const WhisperedSchema = v.object({ id: WhisperIdSchema, delivered: v.number() });
export type Whispered = v.InferOutput<typeof WhisperedSchema>;
