import * as v from "valibot";
import { UserIdSchema } from "./ids.ts";
import { SeqSchema } from "./position.ts";

/** How far a member's devices have received the log, and how far its member has read it. Both only grow. */
export const CursorSchema = v.object({
  user_id: UserIdSchema,
  delivered_seq: SeqSchema,
  read_seq: SeqSchema,
});
export type Cursor = v.InferOutput<typeof CursorSchema>;

/** One's own: how far one has read, and what follows from it. */
export const OwnCursorSchema = v.object({
  read_seq: SeqSchema,
  /** From here on one has marked it as unread; the cursor stays where it was. */
  unread_seq: v.nullable(SeqSchema),
  /** Messages of others in the room after that, at most `badge_max`. */
  badge: v.number(),
  /** Those of them, and of what is said in threads, that call one; at most `badge_max`. */
  mentions: v.number(),
});
export type OwnCursor = v.InferOutput<typeof OwnCursorSchema>;

/** What comes with the answer to a resume. Others' cursors are there where the room shows them, to those who show their own. */
export const standingEntries = {
  cursors: v.optional(v.array(CursorSchema)),
  own: v.optional(OwnCursorSchema),
};
export type Standing = v.InferOutput<v.ObjectSchema<typeof standingEntries, undefined>>;
