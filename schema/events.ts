import * as v from "valibot";
import { HashSchema } from "./hash.ts";
import type { MessageId, UserId } from "./ids.ts";
import {
  CommandIdSchema,
  DeviceIdSchema,
  MessageIdSchema,
  messageIdOf,
  UserIdSchema,
} from "./ids.ts";
import { EmojiTextSchema, ForwardedSchema, LargeSchema, MentionsSchema } from "./message.ts";
import type { Role } from "./permissions.ts";
import { RoleSchema } from "./permissions.ts";
import { SeqSchema } from "./position.ts";
import { RoomKindSchema, RoomSettingsChangeSchema } from "./room.ts";

const text = v.string();
const message_id = MessageIdSchema;
const user_id = UserIdSchema;
const mentions = v.optional(MentionsSchema);
const large = v.optional(LargeSchema);
/** Where a reply stands: in its thread, and where that is said in the room too. */
const place = { parent: v.optional(MessageIdSchema), in_room: v.optional(v.literal(true)) };
const about = {
  quote: v.optional(MessageIdSchema),
  forwarded: v.optional(ForwardedSchema),
  silent: v.optional(v.literal(true)),
  large,
  mentions,
};

/**
 * What an event of each type says. Bodies hold what happened, never what can be worked out from it; what is optional is
 * left out where there is nothing to say, so that an ordinary message stays as small as it is.
 */
export const eventBodies = {
  "room.created": v.object({
    kind: RoomKindSchema,
    name: v.string(),
    topic: v.string(),
    description: v.optional(v.string(), ""),
    guidelines: v.optional(v.string(), ""),
    members: v.array(v.object({ user_id, role: RoleSchema })),
  }),
  /** What is left out stayed as it was. */
  "room.changed": v.object({
    name: v.optional(v.string()),
    topic: v.optional(v.string()),
    description: v.optional(v.string()),
    guidelines: v.optional(v.string()),
    archived: v.optional(v.boolean()),
    settings: v.optional(RoomSettingsChangeSchema),
  }),
  "member.added": v.object({ user_id, role: RoleSchema }),
  "member.joined": v.object({ user_id, role: RoleSchema }),
  /** `heir` becomes owner where the last owner leaves. */
  "member.left": v.object({ user_id, heir: v.nullable(UserIdSchema) }),
  "member.removed": v.object({ user_id }),
  "member.role": v.object({ user_id, role: RoleSchema }),
  "member.muted": v.object({ user_id, muted_until: v.nullable(v.number()) }),
  "message.sent": v.object({ message_id, text, ...place, ...about }),
  "message.edited": v.object({ message_id, text, large, mentions }),
  /** The place of what is erased with this, which nothing else says any more. */
  "message.deleted": v.object({ message_id, ...place }),
  /** The message as it was when it was deleted, and its place, for who never saw it; what it was before stays erased. */
  "message.restored": v.object({
    message_id,
    text,
    edited_at: v.nullable(v.number()),
    ...place,
    ...about,
  }),
  "message.pinned": v.object({ message_id }),
  "message.unpinned": v.object({ message_id }),
  "reaction.added": v.object({ message_id, emoji: EmojiTextSchema }),
  "reaction.removed": v.object({ message_id, emoji: EmojiTextSchema }),
} as const;

export type EventType = keyof typeof eventBodies;
export type EventBody<T extends EventType = EventType> = v.InferOutput<(typeof eventBodies)[T]>;

/** An event that a command decided on, before it has a place in the log. */
export type Happening = { [T in EventType]: { type: T; body: EventBody<T> } }[EventType];

/**
 * One entry of a log. `body` and `salt` are null where the body was erased;
 * `body_hash` stays, so the chain still verifies.
 */
export const EventSchema = v.object({
  seq: SeqSchema,
  /** Known types are in `eventBodies`; a client takes a type that it does not know for a step without effect. */
  type: v.string(),
  at: v.number(),
  actor: UserIdSchema,
  device: DeviceIdSchema,
  command_id: CommandIdSchema,
  body: v.nullable(v.record(v.string(), v.unknown())),
  salt: v.nullable(v.string()),
  body_hash: HashSchema,
  prev_hash: HashSchema,
  hash: HashSchema,
});
export type LogEvent = v.InferOutput<typeof EventSchema>;

/**
 * The message that an event is about. A message is named after the command that sent it, so it keeps its place even
 * where its body was erased. Another event whose body was erased no longer says which message it was about, and need
 * not: the deletion that erased it comes later in the log.
 */
export function subjectOf(event: LogEvent): MessageId | null {
  if (event.type === "message.sent") return messageIdOf(event.command_id);
  const about = event.body?.["message_id"];
  return isAboutMessage.test(event.type) ? ((about as MessageId | undefined) ?? null) : null;
}
const isAboutMessage = /^(message|reaction)\./;

/** Who is no member any more by this event, or null. */
export function whoWent(event: LogEvent): UserId | null {
  return (bodyOf(event, "member.left") ?? bodyOf(event, "member.removed"))?.user_id ?? null;
}

/** Who is a member by this event. */
export function whoCame(event: LogEvent): { user_id: UserId; role: Role }[] {
  const one = bodyOf(event, "member.added") ?? bodyOf(event, "member.joined");
  if (one) return [one];
  return bodyOf(event, "room.created")?.members ?? [];
}

/** The body of an event as its type promises, or null where it was erased or is of another type. */
export function bodyOf<T extends EventType>(event: LogEvent, type: T): EventBody<T> | null {
  return event.type === type ? (event.body as EventBody<T> | null) : null;
}
