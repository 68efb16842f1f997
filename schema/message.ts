import * as v from "valibot";
import { MessageIdSchema, UserIdSchema } from "./ids.ts";
import { SeqSchema } from "./position.ts";

/** A message as a reader sees it now. A deleted one stays in its place, without its text. */
export const MessageSchema = v.object({
  message_id: MessageIdSchema,
  seq: SeqSchema,
  author: UserIdSchema,
  text: v.nullable(v.string()),
  at: v.number(),
  edited_at: v.nullable(v.number()),
  deleted_at: v.nullable(v.number()),
});
export type Message = v.InferOutput<typeof MessageSchema>;
