import * as v from "valibot";
import { MessageIdSchema, UserIdSchema } from "./ids.ts";
import { limits } from "./limits.ts";
import { MemberSchema } from "./member.ts";
import { EmojiTextSchema, MessageSchema, VersionSchema } from "./message.ts";
import { SeqSchema } from "./position.ts";
import { ScheduledSchema } from "./scheduled.ts";

/**
 * What a member asks a room without changing anything, over its socket or over HTTP: one union, and an answer for each.
 * Pages go on from what they say to ask for next.
 */
const query = <T extends string, E extends v.ObjectEntries>(type: T, entries: E) =>
  v.strictObject({ type: v.literal(type), ...entries });

const page = (usual: number, max: number) =>
  v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(max)), usual);
const message_id = MessageIdSchema;

export const QuerySchema = v.variant("type", [
  query("message", { message_id }),
  /** Some messages, wherever they stand. */
  query("messages", {
    message_ids: v.pipe(v.array(message_id), v.maxLength(limits.page_messages_max)),
  }),
  query("thread", {
    message_id,
    after: v.optional(SeqSchema, 0),
    limit: page(limits.thread_page, limits.thread_page_max),
  }),
  query("versions", { message_id }),
  query("pins", {}),
  query("scheduled", {}),
  query("reactions", {
    message_id,
    emoji: EmojiTextSchema,
    after: v.optional(SeqSchema, 0),
  }),
  /** Who has read a message. */
  query("readers", { message_id }),
  /** The threads that one follows, those with the newest replies first. */
  query("threads", {
    before: v.optional(v.nullable(SeqSchema), null),
    limit: page(limits.threads_page, limits.threads_page_max),
  }),
  /** What one's badge and mentions count. */
  query("badge", { after: v.optional(SeqSchema, 0) }),
  query("members", {
    after: v.optional(v.nullable(UserIdSchema), null),
    limit: page(limits.members_page, limits.snapshot_members),
  }),
]);
export type Query = v.InferOutput<typeof QuerySchema>;
export type QueryType = Query["type"];
export type QueryOf<T extends QueryType> = Extract<Query, { type: T }>;

const after = v.nullable(SeqSchema);

/** A thread that one follows. */
export const FollowedThreadSchema = v.object({
  root: MessageSchema,
  /** Replies of others that one has not read, at most `badge_max`. */
  unread: v.number(),
  read_seq: SeqSchema,
  /** Of the newest reply, or of the root where there is none. */
  last_seq: SeqSchema,
});

/** A message, and which number counts it. */
export const CountedSchema = v.object({
  seq: SeqSchema,
  message_id: MessageIdSchema,
  author: UserIdSchema,
  why: v.picklist(["message", "mention"]),
});

export const queryAnswers = {
  message: MessageSchema,
  /** Those that the reader may see, in the order of the room. */
  messages: v.object({ messages: v.array(MessageSchema) }),
  /** Replies oldest first. */
  thread: v.object({ root: MessageSchema, messages: v.array(MessageSchema), after }),
  /** Oldest first; the last is how it reads now. */
  versions: v.object({ versions: v.array(VersionSchema) }),
  /** Pinned last, first. */
  pins: v.object({ messages: v.array(MessageSchema) }),
  /** One's own that wait, or could not be sent; the next first. */
  scheduled: v.object({ scheduled: v.array(ScheduledSchema) }),
  /** Those who chose an emoji, the first of them first. */
  reactions: v.object({ users: v.array(UserIdSchema), after }),
  /** Whoever has read it has also received it, and stands in `read` alone. */
  readers: v.object({ read: v.array(UserIdSchema), delivered: v.array(UserIdSchema) }),
  threads: v.object({ threads: v.array(FollowedThreadSchema), before: after }),
  /** Oldest first. A message in the room that calls one is there twice: it counts in both. */
  badge: v.object({ messages: v.array(CountedSchema), after }),
  members: v.object({ members: v.array(MemberSchema), after: v.nullable(UserIdSchema) }),
} as const satisfies { [T in QueryType]: v.GenericSchema };
export type QueryAnswer<T extends QueryType> = v.InferOutput<(typeof queryAnswers)[T]>;
