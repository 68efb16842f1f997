import * as v from "valibot";
import { ContactSchema } from "./contact.ts";
import { DeviceSchema } from "./device.ts";
import {
  DeviceIdSchema,
  MessageIdSchema,
  ReminderIdSchema,
  RoomIdSchema,
  UserIdSchema,
} from "./ids.ts";
import {
  BlockSchema,
  BookmarkSchema,
  DraftSchema,
  InboxRoomSchema,
  ReminderSchema,
  SelfSchema,
} from "./inbox.ts";
import { SeqSchema } from "./position.ts";
import { SettingsSchema } from "./settings.ts";

/** What happened in an inbox. A body is the whole of what has changed as it is now, so the newest one is the truth. */
export const inboxEventBodies = {
  "room.changed": v.object({ room: InboxRoomSchema }),
  "room.gone": v.object({ room_id: RoomIdSchema }),
  "draft.changed": v.object({ draft: DraftSchema }),
  "bookmark.added": v.object({ bookmark: BookmarkSchema }),
  "bookmark.removed": v.object({ room_id: RoomIdSchema, message_id: MessageIdSchema }),
  /** New, or standing otherwise than before: its room was left, or entered again. */
  "reminder.set": v.object({ reminder: ReminderSchema }),
  /** Its time has come. */
  "reminder.due": v.object({ reminder: ReminderSchema }),
  "reminder.gone": v.object({ reminder_id: ReminderIdSchema }),
  "settings.changed": v.object({ settings: SettingsSchema }),
  "self.changed": v.object({ self: SelfSchema }),
  "contact.changed": v.object({ contact: ContactSchema }),
  "contact.gone": v.object({ user_id: UserIdSchema }),
  "block.added": v.object({ block: BlockSchema }),
  "block.removed": v.object({ user_id: UserIdSchema }),
  "device.changed": v.object({ device: DeviceSchema }),
  "device.gone": v.object({ device_id: DeviceIdSchema }),
} as const;

export type InboxEventType = keyof typeof inboxEventBodies;
export type InboxEventBody<T extends InboxEventType = InboxEventType> = v.InferOutput<
  (typeof inboxEventBodies)[T]
>;
/** What a command or a projection leads to, before it has a place in the log. */
export type InboxHappening = {
  [T in InboxEventType]: { type: T; body: InboxEventBody<T> };
}[InboxEventType];

/** One entry of an inbox's log. It is its owner's alone and no evidence for anyone, so it is not chained. */
export const InboxEventSchema = v.object({
  seq: SeqSchema,
  /** A client takes a type that it does not know for a step without effect. */
  type: v.string(),
  at: v.number(),
  body: v.record(v.string(), v.unknown()),
});
export type InboxEvent = v.InferOutput<typeof InboxEventSchema>;
