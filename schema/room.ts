import * as v from "valibot";
import { RoomIdSchema, UserIdSchema } from "./ids.ts";
import { limits } from "./limits.ts";
import { line } from "./text.ts";

/** `voice` joins this list with calls. */
export const roomKinds = ["direct", "group", "channel"] as const;
export const RoomKindSchema = v.picklist(roomKinds);
export type RoomKind = v.InferOutput<typeof RoomKindSchema>;

export const RoomNameSchema = line(1, limits.name_characters);
export const TopicSchema = line(0, limits.topic_characters);

export const RoomSchema = v.object({
  room_id: RoomIdSchema,
  kind: RoomKindSchema,
  name: v.string(),
  topic: v.string(),
  created_by: UserIdSchema,
  created_at: v.number(),
});
export type Room = v.InferOutput<typeof RoomSchema>;
