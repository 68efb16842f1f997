import * as v from "valibot";
import { DeviceIdSchema, MessageIdSchema, RoomIdSchema, UserIdSchema } from "../../schema/ids.ts";

/** What stands in a path. One that is no id names nothing: `failure.ts` makes not_found of it. */
export const RoomPathSchema = v.object({ room_id: RoomIdSchema });
export const MessagePathSchema = v.object({ room_id: RoomIdSchema, message_id: MessageIdSchema });
export const DevicePathSchema = v.object({ device_id: DeviceIdSchema });
export const UserPathSchema = v.object({ user_id: UserIdSchema });
