import * as v from "valibot";
import { AddSchema, JoinSchema, LeaveSchema } from "./commands/member.ts";
import { MuteSchema, RemoveSchema, RoleCommandSchema } from "./commands/member.ts";
import { DeleteSchema, EditSchema, ForwardSchema } from "./commands/message.ts";
import { PinSchema, ReactSchema, RestoreSchema, SendSchema } from "./commands/message.ts";
import { UnpinSchema, UnreactSchema } from "./commands/message.ts";
import { ownCommands } from "./commands/own.ts";
import { ChangeSchema, CreateSchema } from "./commands/room.ts";
import { ScheduleSchema, UnscheduleSchema } from "./commands/schedule.ts";

/** What a member can ask over a room's socket. Adding needs the directory, and joining needs no socket yet. */
export const memberCommands = [
  SendSchema,
  ForwardSchema,
  ScheduleSchema,
  UnscheduleSchema,
  EditSchema,
  DeleteSchema,
  RestoreSchema,
  ReactSchema,
  UnreactSchema,
  PinSchema,
  UnpinSchema,
  ChangeSchema,
  RemoveSchema,
  RoleCommandSchema,
  MuteSchema,
  LeaveSchema,
  ...ownCommands,
] as const;

export const CommandSchema = v.variant("type", [
  CreateSchema,
  AddSchema,
  JoinSchema,
  ...memberCommands,
]);
export type Command = v.InferOutput<typeof CommandSchema>;
export type CommandType = Command["type"];
export type CommandOf<T extends CommandType> = Extract<Command, { type: T }>;
