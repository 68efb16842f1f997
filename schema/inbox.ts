import * as v from "valibot";
import { ContactSchema } from "./contact.ts";
import { OwnCursorSchema } from "./cursors.ts";
import { DeviceSchema } from "./device.ts";
import {
  DeviceIdSchema,
  MessageIdSchema,
  ReminderIdSchema,
  RoomIdSchema,
  UserIdSchema,
} from "./ids.ts";
import { RoleSchema } from "./permissions.ts";
import { PositionSchema, SeqSchema } from "./position.ts";
import { PresenceModeSchema, StatusSchema } from "./presence.ts";
import { RoomKindSchema } from "./room.ts";
import { SettingsSchema } from "./settings.ts";

/** The newest thing that happened in a room. Its words are there in direct rooms, and for whom they call. */
export const PreviewSchema = v.object({
  seq: SeqSchema,
  at: v.number(),
  type: v.string(),
  author: UserIdSchema,
  text: v.nullable(v.string()),
});
export type Preview = v.InferOutput<typeof PreviewSchema>;

/** A message that called somebody: by name, by their role, or with everyone. */
export const CallSchema = v.object({
  message_id: MessageIdSchema,
  seq: SeqSchema,
  at: v.number(),
  author: UserIdSchema,
});
export type Call = v.InferOutput<typeof CallSchema>;

/** What the room tells: everything in it is the room's own, and a later mark takes the place of an earlier one. */
const marked = {
  room_id: RoomIdSchema,
  kind: RoomKindSchema,
  name: v.string(),
  /** The other person of a direct room. */
  with: v.nullable(UserIdSchema),
  role: RoleSchema,
  position: PositionSchema,
  ...OwnCursorSchema.entries,
  /** Followed threads with replies that one has not read. */
  threads: v.number(),
  /** How often the member's own has changed: cursor, mark, threads, whom they ignore. Of one seq the larger is newer. */
  revision: v.number(),
  preview: v.nullable(PreviewSchema),
};
export const RoomMarkSchema = v.object({
  ...marked,
  /** The calls since the last mark that the inbox has, and those still unread: the newest of them. */
  called: v.array(CallSchema),
});
export type RoomMark = v.InferOutput<typeof RoomMarkSchema>;

/** A room in its member's list: what the room told, and how its member has arranged it. */
export const InboxRoomSchema = v.object({
  ...marked,
  favourite: v.boolean(),
  folder: v.string(),
  /** Milliseconds; null where it is not muted, and `forever` where it has no end. */
  muted_until: v.nullable(v.number()),
  archived: v.boolean(),
});
export type InboxRoom = v.InferOutput<typeof InboxRoomSchema>;

/** The largest date that a clock can show: as good as for ever. */
export const FOREVER = 8_640_000_000_000_000;

/** What was begun in a room and not sent. It belongs to that room; the later edit wins, on whichever device. */
export const DraftSchema = v.object({
  room_id: RoomIdSchema,
  text: v.string(),
  edited_at: v.number(),
  device_id: DeviceIdSchema,
});
export type Draft = v.InferOutput<typeof DraftSchema>;

export const BookmarkSchema = v.object({
  room_id: RoomIdSchema,
  message_id: MessageIdSchema,
  note: v.string(),
  at: v.number(),
});
export type Bookmark = v.InferOutput<typeof BookmarkSchema>;

/** To be thought of at a time: a message, or a room. It is its owner's, also after they have left the room. */
export const ReminderSchema = v.object({
  reminder_id: ReminderIdSchema,
  room_id: RoomIdSchema,
  message_id: v.nullable(MessageIdSchema),
  note: v.string(),
  /** For when it was set, in milliseconds. */
  at: v.number(),
  /** Whether its time has come. It stays so until its owner takes it away. */
  due: v.boolean(),
  /** Whether its owner has left the room: the note is theirs, and the message cannot be opened. */
  left: v.boolean(),
});
export type Reminder = v.InferOutput<typeof ReminderSchema>;

export const BlockSchema = v.object({ user_id: UserIdSchema, at: v.number() });
export type Block = v.InferOutput<typeof BlockSchema>;

/** How the person wants to be seen. */
export const SelfSchema = v.object({
  mode: PresenceModeSchema,
  status: v.nullable(StatusSchema),
});
export type Self = v.InferOutput<typeof SelfSchema>;

/** Everything that a client needs in order to start: one reply, at one position. */
export const InboxStateSchema = v.object({
  position: PositionSchema,
  rooms: v.array(InboxRoomSchema),
  drafts: v.array(DraftSchema),
  bookmarks: v.array(BookmarkSchema),
  /** The soonest first. */
  reminders: v.array(ReminderSchema),
  contacts: v.array(ContactSchema),
  blocks: v.array(BlockSchema),
  devices: v.array(DeviceSchema),
  settings: SettingsSchema,
  self: SelfSchema,
});
export type InboxState = v.InferOutput<typeof InboxStateSchema>;
