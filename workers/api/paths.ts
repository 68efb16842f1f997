import * as v from "valibot";
import { reactionEntries } from "../../schema/commands/message.ts";
import {
  DeviceIdSchema,
  MessageIdSchema,
  ReminderIdSchema,
  RoomIdSchema,
  ScheduleIdSchema,
  UserIdSchema,
} from "../../schema/ids.ts";

/** What stands in a path. One that is no id names nothing: `failure.ts` makes not_found of it. */
export const RoomPathSchema = v.object({ room_id: RoomIdSchema });
export const MessagePathSchema = v.object({ room_id: RoomIdSchema, message_id: MessageIdSchema });
export const MemberPathSchema = v.object({ room_id: RoomIdSchema, user_id: UserIdSchema });
/** One emoji in any of its forms, or the id of one of the deployment's own. */
export const ReactionPathSchema = v.object({
  room_id: RoomIdSchema,
  message_id: MessageIdSchema,
  emoji: reactionEntries.emoji,
});
export const SchedulePathSchema = v.object({
  room_id: RoomIdSchema,
  schedule_id: ScheduleIdSchema,
});
export const ReminderPathSchema = v.object({ reminder_id: ReminderIdSchema });
export const DevicePathSchema = v.object({ device_id: DeviceIdSchema });
export const UserPathSchema = v.object({ user_id: UserIdSchema });
