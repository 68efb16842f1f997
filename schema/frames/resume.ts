import * as v from "valibot";
import { standingEntries } from "../cursors.ts";
import { MemberSchema } from "../member.ts";
import { MessageSchema } from "../message.ts";
import { PositionSchema, SeqSchema } from "../position.ts";
import { HeadSchema } from "../receipt.ts";
import { RoomSchema } from "../room.ts";

/** Up: where this client stands. Null where it has nothing. The answer is `events` or `snapshot`. */
export const ResumeSchema = v.strictObject({
  type: v.literal("resume"),
  position: v.nullable(PositionSchema),
});

/** Up: the events after one seq and up to another are missing here. The answer is `events` with the same ref. */
export const GapSchema = v.strictObject({
  type: v.literal("gap"),
  ref: v.pipe(v.string(), v.minLength(1), v.maxLength(64)),
  after: SeqSchema,
  through: SeqSchema,
});

/** Down: start over from here. Messages are the newest page, oldest first. */
export const SnapshotSchema = v.object({
  type: v.literal("snapshot"),
  position: PositionSchema,
  head: HeadSchema,
  room: RoomSchema,
  members: v.array(MemberSchema),
  member_count: v.number(),
  ...standingEntries,
  messages: v.array(MessageSchema),
});
export type Snapshot = v.InferOutput<typeof SnapshotSchema>;
