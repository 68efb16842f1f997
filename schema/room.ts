import * as v from "valibot";
import { RoomIdSchema, UserIdSchema } from "./ids.ts";
import { limits } from "./limits.ts";
import { line, paragraphs } from "./text.ts";

/** `voice` joins this list with calls. */
export const roomKinds = ["direct", "group", "channel"] as const;
export const RoomKindSchema = v.picklist(roomKinds);
export type RoomKind = v.InferOutput<typeof RoomKindSchema>;

export const RoomNameSchema = line(1, limits.name_characters);
export const TopicSchema = line(0, limits.topic_characters);

export const DescriptionSchema = paragraphs(limits.description_characters);
export const GuidelinesSchema = paragraphs(limits.guidelines_characters);

const milliseconds = (max: number) =>
  v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(max));
const everyoneOrAdmins = v.picklist(["everyone", "admins"]);

/** What a room's owners and admins decide for all. "Admins" are both. */
const settings = {
  /** Who writes; a room of announcements lets admins only. */
  posting: everyoneOrAdmins,
  /** Who may call everyone at once: `@room`, `@here`, a role. */
  mention_everyone: everyoneOrAdmins,
  /** Who sees former versions of what others have edited. */
  versions: everyoneOrAdmins,
  /** What whoever comes later sees of what was said before. */
  history: v.picklist(["all", "joined"]),
  /** Where it is shown who has received and read: in small rooms and direct ones, in direct ones, nowhere. */
  receipts: v.picklist(["small", "direct", "never"]),
  /** For so long a message can be edited; null for ever. */
  edit_window_ms: v.nullable(milliseconds(limits.edit_window_ms_max)),
  /** For so long a deletion can be taken back; 0 never. */
  restore_window_ms: milliseconds(limits.restore_window_ms_max),
  pins_max: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(limits.pins_max)),
};
export const RoomSettingsSchema = v.strictObject(settings);
export type RoomSettings = v.InferOutput<typeof RoomSettingsSchema>;
export const RoomSettingsChangeSchema = v.partial(RoomSettingsSchema);

export const defaultRoomSettings: RoomSettings = {
  posting: "everyone",
  mention_everyone: "everyone",
  versions: "everyone",
  history: "all",
  receipts: "small",
  edit_window_ms: null,
  restore_window_ms: limits.restore_window_ms,
  pins_max: limits.pins,
};

/** What can be changed of a room; what is left out stays. */
export const roomChange = {
  name: v.optional(RoomNameSchema),
  topic: v.optional(TopicSchema),
  description: v.optional(DescriptionSchema),
  guidelines: v.optional(GuidelinesSchema),
  archived: v.optional(v.boolean()),
  settings: v.optional(RoomSettingsChangeSchema),
};

export const RoomSchema = v.object({
  room_id: RoomIdSchema,
  kind: RoomKindSchema,
  name: v.string(),
  topic: v.string(),
  /** What the room is for. */
  description: v.string(),
  /** How people behave here; shown to who comes, and while it is empty. */
  guidelines: v.string(),
  archived_at: v.nullable(v.number()),
  settings: RoomSettingsSchema,
  created_by: UserIdSchema,
  created_at: v.number(),
});
export type Room = v.InferOutput<typeof RoomSchema>;
