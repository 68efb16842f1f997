import * as v from "valibot";
import { roleEntries } from "./commands/member.ts";
import { forwardEntries, sendEntries } from "./commands/message.ts";
import { roomOfSeveral } from "./commands/room.ts";
import type { OwnCursor } from "./cursors.ts";
import { OwnCursorSchema } from "./cursors.ts";
import { EventSchema } from "./events.ts";
import { RoomIdSchema, UserIdSchema } from "./ids.ts";
import { MemberSchema } from "./member.ts";
import { MessageSchema } from "./message.ts";
import { RoleSchema } from "./permissions.ts";
import { PositionSchema, SeqSchema } from "./position.ts";
import { queryAnswers } from "./queries.ts";
import { HeadSchema, PublicKeySchema, ReceiptSchema } from "./receipt.ts";
import { RefusalCodeSchema } from "./refusals.ts";
import { roomChange, RoomSchema } from "./room.ts";
import { LongTextSchema } from "./text.ts";
import { UserSchema } from "./user.ts";

/** Bodies of requests. What is about accounts and signing in is in http-account.ts. */
/** For a room's socket, or for that of one's own inbox. */
export const TicketBodySchema = v.strictObject({ room_id: v.nullable(RoomIdSchema) });
export const ReadBodySchema = v.strictObject({ seq: SeqSchema });
export const CreateRoomBodySchema = v.variant("kind", [
  v.strictObject({ kind: v.literal("direct"), with: UserIdSchema }),
  v.strictObject(roomOfSeveral),
]);
export const AddMemberBodySchema = v.strictObject({ user_id: UserIdSchema });
export const ChangeRoomBodySchema = v.strictObject(roomChange);
export const RoleBodySchema = v.strictObject(roleEntries);
/** Ending a mute is another request, so here there is a time. */
export const MuteBodySchema = v.strictObject({
  muted_until: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
});
export const SendBodySchema = v.strictObject({ ...sendEntries, text: LongTextSchema });
export const ForwardBodySchema = v.strictObject(forwardEntries);
export const TextBodySchema = v.strictObject({ text: LongTextSchema });

/** Bodies of answers. */
/** How far one has read, and what is left of others' messages after it. */
export const ReadAnswerSchema = OwnCursorSchema;
export type ReadAnswer = OwnCursor;
export const UsersSchema = v.object({ users: v.array(UserSchema) });
export const TicketSchema = v.object({ ticket: v.string(), expires_at: v.number() });

/** `receipt` is null where things were so already, or the change is nobody's but the caller's: then nothing is in the log. */
export const ReceiptAnswerSchema = v.object({
  receipt: v.nullable(ReceiptSchema),
  replayed: v.boolean(),
});
export type ReceiptAnswer = v.InferOutput<typeof ReceiptAnswerSchema>;

/** A direct room that exists already has no new receipt: asking for it again is asking where it is. */
export const CreatedRoomSchema = v.object({
  room_id: RoomIdSchema,
  receipt: v.nullable(ReceiptSchema),
  replayed: v.boolean(),
});
export type CreatedRoom = v.InferOutput<typeof CreatedRoomSchema>;

export const RoomViewSchema = v.object({
  room: RoomSchema,
  role: RoleSchema,
  position: PositionSchema,
  head: HeadSchema,
  members: v.array(MemberSchema),
  member_count: v.number(),
});
export type RoomView = v.InferOutput<typeof RoomViewSchema>;

/** Oldest first. `before` is what to ask for next, null where the room begins. */
export const MessagePageSchema = v.object({
  position: PositionSchema,
  messages: v.array(MessageSchema),
  before: v.nullable(SeqSchema),
});
export type MessagePage = v.InferOutput<typeof MessagePageSchema>;

/** What a room answers to questions: see queries.ts. */
export const ThreadPageSchema = queryAnswers.thread;
export const VersionsSchema = queryAnswers.versions;
export const PinsSchema = queryAnswers.pins;
export const ReactionPageSchema = queryAnswers.reactions;
export const MemberPageSchema = queryAnswers.members;
/** A page of members, or who is meant by what was typed so far. */
export const MembersAnswerSchema = v.union([MemberPageSchema, UsersSchema]);

/** `after` is what to ask for next, null where the page reaches the head. */
export const EventPageSchema = v.object({
  epoch: PositionSchema.entries.epoch,
  events: v.array(EventSchema),
  head: HeadSchema,
  /** The first event that the reader may see: where the room shows history only from one's joining on. */
  first_seq: SeqSchema,
  after: v.nullable(SeqSchema),
});
export type EventPage = v.InferOutput<typeof EventPageSchema>;

export const KeysSchema = v.object({ keys: v.array(PublicKeySchema) });

export const LiveSchema = v.object({ status: v.literal("live"), version: v.number() });

/** Why a part is not ready: a word, and never what the part said itself. */
export const readyFaults = ["timeout", "unreachable", "migrations", "behind"] as const;
export const ReadySchema = v.object({
  status: v.picklist(["ready", "degraded"]),
  parts: v.record(
    v.string(),
    v.object({ ok: v.boolean(), fault: v.optional(v.picklist(readyFaults)) }),
  ),
  archive: v.nullable(
    v.object({
      rooms_behind: v.number(),
      oldest_pending_ms: v.nullable(v.number()),
      last_lag_ms: v.nullable(v.number()),
    }),
  ),
});
export type Ready = v.InferOutput<typeof ReadySchema>;

/** RFC 9457, and what a client needs in order to decide. */
export const ProblemSchema = v.object({
  type: v.string(),
  title: v.string(),
  status: v.number(),
  code: RefusalCodeSchema,
  retryable: v.boolean(),
  request_id: v.string(),
  retry_after_ms: v.optional(v.number()),
  field: v.optional(v.string()),
});
export type Problem = v.InferOutput<typeof ProblemSchema>;
