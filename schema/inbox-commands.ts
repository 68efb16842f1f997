import * as v from "valibot";
import {
  CommandIdSchema,
  MessageIdSchema,
  ReminderIdSchema,
  RoomIdSchema,
  UserIdSchema,
} from "./ids.ts";
import { limits } from "./limits.ts";
import { PresenceModeSchema, StatusSchema } from "./presence.ts";
import { SettingsChangeSchema } from "./settings.ts";
import { line, utf8Bytes } from "./text.ts";

/** What a client asks its user's inbox to do. As in a room, each carries an id of its own and has one effect. */
const command = <T extends string, E extends v.ObjectEntries>(type: T, entries: E) =>
  v.strictObject({ type: v.literal(type), command_id: CommandIdSchema, ...entries });

const milliseconds = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

/** How a room stands in the list; what is left out stays. */
export const arrangement = {
  favourite: v.optional(v.boolean()),
  folder: v.optional(line(0, limits.folder_characters)),
  muted_until: v.optional(v.nullable(milliseconds)),
  archived: v.optional(v.boolean()),
};
export const draftEntries = {
  /** Empty where the draft is done with. It is the text as typed so far, so nothing but its size is judged. */
  text: v.pipe(
    v.string(),
    v.check((text) => text.isWellFormed(), "not well-formed Unicode"),
    v.check((text) => utf8Bytes(text, limits.text_bytes) <= limits.text_bytes, "too long"),
  ),
  edited_at: milliseconds,
};
export const bookmarkEntries = { note: v.optional(line(0, limits.note_characters), "") };
export const remindEntries = {
  room_id: RoomIdSchema,
  /** Null for the room itself. */
  message_id: v.optional(v.nullable(MessageIdSchema), null),
  note: v.optional(line(0, limits.note_characters), ""),
  at: milliseconds,
};

const room_id = RoomIdSchema;
const message_id = MessageIdSchema;
const user_id = UserIdSchema;

export const inboxCommands = [
  command("arrange", { room_id, ...arrangement }),
  command("draft", { room_id, ...draftEntries }),
  command("bookmark", { room_id, message_id, ...bookmarkEntries }),
  command("unbookmark", { room_id, message_id }),
  command("remind", remindEntries),
  command("unremind", { reminder_id: ReminderIdSchema }),
  command("settings", { change: SettingsChangeSchema }),
  command("status", { status: v.nullable(StatusSchema) }),
  command("mode", { mode: PresenceModeSchema }),
  command("request", { user_id }),
  command("accept", { user_id }),
  command("decline", { user_id }),
  command("cancel", { user_id }),
  command("remove", { user_id }),
  command("block", { user_id }),
  command("unblock", { user_id }),
] as const;

export const InboxCommandSchema = v.variant("type", inboxCommands);
export type InboxCommand = v.InferOutput<typeof InboxCommandSchema>;
export type InboxCommandType = InboxCommand["type"];
export type InboxCommandOf<T extends InboxCommandType> = Extract<InboxCommand, { type: T }>;
