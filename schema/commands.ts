import * as v from "valibot";
import { CommandIdSchema, MessageIdSchema, UserIdSchema } from "./ids.ts";
import { limits } from "./limits.ts";
import { RoomNameSchema, TopicSchema } from "./room.ts";
import { MessageTextSchema } from "./text.ts";

/**
 * What a client asks a room to do. Each command carries an id made by the client,
 * and causes at most one event, however often it is sent.
 */
const command_id = CommandIdSchema;

export const CreateSchema = v.variant("kind", [
  v.strictObject({
    type: v.literal("create"),
    command_id,
    kind: v.literal("direct"),
    with: UserIdSchema,
  }),
  v.strictObject({
    type: v.literal("create"),
    command_id,
    kind: v.picklist(["group", "channel"]),
    name: RoomNameSchema,
    topic: v.optional(TopicSchema, ""),
    members: v.optional(v.pipe(v.array(UserIdSchema), v.maxLength(limits.members_at_creation)), []),
  }),
]);
export const AddSchema = v.strictObject({
  type: v.literal("add"),
  command_id,
  user_id: UserIdSchema,
});
export const JoinSchema = v.strictObject({ type: v.literal("join"), command_id });
export const LeaveSchema = v.strictObject({ type: v.literal("leave"), command_id });
export const SendSchema = v.strictObject({
  type: v.literal("send"),
  command_id,
  text: MessageTextSchema,
});
export const EditSchema = v.strictObject({
  type: v.literal("edit"),
  command_id,
  message_id: MessageIdSchema,
  text: MessageTextSchema,
});
export const DeleteSchema = v.strictObject({
  type: v.literal("delete"),
  command_id,
  message_id: MessageIdSchema,
});

/** What a member can ask over a room's socket. Adding needs the directory, and joining needs no socket yet. */
export const memberCommands = [SendSchema, EditSchema, DeleteSchema, LeaveSchema] as const;

export const CommandSchema = v.variant("type", [
  CreateSchema,
  AddSchema,
  JoinSchema,
  ...memberCommands,
]);
export type Command = v.InferOutput<typeof CommandSchema>;
export type CommandType = Command["type"];
export type CommandOf<T extends CommandType> = Extract<Command, { type: T }>;
