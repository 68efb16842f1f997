import * as v from "valibot";
import { HashSchema } from "./hash.ts";
import { MessageIdSchema, RoomIdSchema, UserIdSchema } from "./ids.ts";
import { limits } from "./limits.ts";
import { RoleSchema } from "./permissions.ts";
import { SeqSchema } from "./position.ts";

/** Text that is too long for an event: a file of its own, named by its hash. The event holds its beginning. */
export const LargeSchema = v.strictObject({
  sha256: HashSchema,
  bytes: v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.maxValue(limits.large_text_bytes)),
});
export type Large = v.InferOutput<typeof LargeSchema>;

/** Who is called by a text, as ids: a new name changes nothing. `here` calls those who are about when it is said. */
export const MentionsSchema = v.object({
  users: v.array(UserIdSchema),
  roles: v.array(RoleSchema),
  room: v.boolean(),
  here: v.boolean(),
});
export type Mentions = v.InferOutput<typeof MentionsSchema>;

/** Where a forwarded text was said first. The room that forwards has read it there itself. */
export const ForwardedSchema = v.object({
  room_id: RoomIdSchema,
  message_id: MessageIdSchema,
  author: UserIdSchema,
  at: v.number(),
});
export type Forwarded = v.InferOutput<typeof ForwardedSchema>;

/** An emoji or the id of one of the deployment's own. */
export const EmojiTextSchema = v.string();

export const ReactionSchema = v.object({
  emoji: EmojiTextSchema,
  count: v.number(),
  /** Those who chose it first, some of them. */
  users: v.array(UserIdSchema),
  mine: v.boolean(),
});
export type Reaction = v.InferOutput<typeof ReactionSchema>;

/** What a thread looks like from its root. */
export const ThreadSchema = v.object({
  replies: v.number(),
  last_reply_at: v.number(),
  last_reply_seq: SeqSchema,
  /** Those who replied last, some of them. */
  participants: v.array(UserIdSchema),
});
export type Thread = v.InferOutput<typeof ThreadSchema>;

/** What a message is besides its words, as it was sent. */
const sent = {
  /** The message whose thread it is in. */
  parent: v.nullable(MessageIdSchema),
  /** False for replies that are shown in their thread only. */
  in_room: v.boolean(),
  quote: v.nullable(MessageIdSchema),
  forwarded: v.nullable(ForwardedSchema),
  /** Counted as unread, and announced to nobody. */
  silent: v.boolean(),
  large: v.nullable(LargeSchema),
  mentions: v.nullable(MentionsSchema),
};

/** A message as a reader sees it now. A deleted one stays in its place, without its text. */
export const MessageSchema = v.object({
  message_id: MessageIdSchema,
  seq: SeqSchema,
  author: UserIdSchema,
  text: v.nullable(v.string()),
  at: v.number(),
  edited_at: v.nullable(v.number()),
  deleted_at: v.nullable(v.number()),
  deleted_by: v.nullable(UserIdSchema),
  ...sent,
  pinned_at: v.nullable(v.number()),
  thread: v.nullable(ThreadSchema),
  reactions: v.array(ReactionSchema),
});
export type Message = v.InferOutput<typeof MessageSchema>;

/** Everything about a message that neither its author nor anyone else has done yet. */
export const plainMessage = {
  edited_at: null,
  deleted_at: null,
  deleted_by: null,
  parent: null,
  in_room: true,
  quote: null,
  forwarded: null,
  silent: false,
  large: null,
  mentions: null,
  pinned_at: null,
  thread: null,
  reactions: [],
} as const satisfies Partial<Message>;

/** One of the texts that a message has had. Null where it was erased. */
export const VersionSchema = v.object({
  seq: SeqSchema,
  at: v.number(),
  text: v.nullable(v.string()),
});
