import * as v from "valibot";
import { DeviceIdSchema, RoomIdSchema, UserIdSchema } from "../ids.ts";
import { RoleSchema } from "../permissions.ts";
import { PositionSchema } from "../position.ts";

/** The first frame down: who you are here, where the log stands, and what fits. */
export const HelloSchema = v.object({
  type: v.literal("hello"),
  version: v.number(),
  room_id: RoomIdSchema,
  user_id: UserIdSchema,
  device_id: DeviceIdSchema,
  role: RoleSchema,
  position: PositionSchema,
  at: v.number(),
  limits: v.object({ frame_bytes: v.number(), text_bytes: v.number() }),
});
export type Hello = v.InferOutput<typeof HelloSchema>;
