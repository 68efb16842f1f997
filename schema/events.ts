import * as v from "valibot";
import type { MessageId } from "./ids.ts";
import {
  CommandIdSchema,
  DeviceIdSchema,
  MessageIdSchema,
  messageIdOf,
  UserIdSchema,
} from "./ids.ts";
import { RoleSchema } from "./permissions.ts";
import { SeqSchema } from "./position.ts";
import { RoomKindSchema } from "./room.ts";

/** What an event of each type says. Bodies hold what happened, never what can be worked out from it. */
export const eventBodies = {
  "room.created": v.object({
    kind: RoomKindSchema,
    name: v.string(),
    topic: v.string(),
    members: v.array(v.object({ user_id: UserIdSchema, role: RoleSchema })),
  }),
  "member.added": v.object({ user_id: UserIdSchema, role: RoleSchema }),
  "member.joined": v.object({ user_id: UserIdSchema, role: RoleSchema }),
  /** `heir` becomes owner where the last owner leaves. */
  "member.left": v.object({ user_id: UserIdSchema, heir: v.nullable(UserIdSchema) }),
  "message.sent": v.object({ message_id: MessageIdSchema, text: v.string() }),
  "message.edited": v.object({ message_id: MessageIdSchema, text: v.string() }),
  "message.deleted": v.object({ message_id: MessageIdSchema }),
} as const;

export type EventType = keyof typeof eventBodies;
export type EventBody<T extends EventType = EventType> = v.InferOutput<(typeof eventBodies)[T]>;

/** An event that a command decided on, before it has a place in the log. */
export type Happening = { [T in EventType]: { type: T; body: EventBody<T> } }[EventType];

/** SHA-256 in base64url. */
export const HashSchema = v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{43}$/));

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
 * where its body was erased. An erased edit no longer says which message it was about, and need not: the deletion that
 * erased it comes later in the log.
 */
export function subjectOf(event: LogEvent): MessageId | null {
  if (event.type === "message.sent") return messageIdOf(event.command_id);
  return (bodyOf(event, "message.edited") ?? bodyOf(event, "message.deleted"))?.message_id ?? null;
}

/** The body of an event as its type promises, or null where it was erased or is of another type. */
export function bodyOf<T extends EventType>(event: LogEvent, type: T): EventBody<T> | null {
  return event.type === type ? (event.body as EventBody<T> | null) : null;
}
