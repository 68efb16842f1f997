import * as v from "valibot";
import { CommandIdSchema, DeviceIdSchema, EpochSchema, UserIdSchema } from "../../ids.ts";
import { InboxEventSchema } from "../../inbox-events.ts";
import { InboxStateSchema } from "../../inbox.ts";
import { PositionSchema, SeqSchema } from "../../position.ts";

/** The first frame down on an inbox's socket. */
export const InboxHelloSchema = v.object({
  type: v.literal("hello"),
  version: v.number(),
  user_id: UserIdSchema,
  device_id: DeviceIdSchema,
  position: PositionSchema,
  at: v.number(),
  limits: v.object({ frame_bytes: v.number(), text_bytes: v.number() }),
});
export type InboxHello = v.InferOutput<typeof InboxHelloSchema>;

/** Start over from here. */
export const InboxSnapshotSchema = v.object({
  type: v.literal("snapshot"),
  state: InboxStateSchema,
});

/** Consecutive events: what was committed in one turn comes in one frame. */
export const InboxEventsSchema = v.object({
  type: v.literal("events"),
  epoch: EpochSchema,
  events: v.array(InboxEventSchema),
});

/** The command had its one effect. `seq` is null where things were so already. */
export const InboxAcceptedSchema = v.object({
  type: v.literal("accepted"),
  command_id: CommandIdSchema,
  seq: v.nullable(SeqSchema),
  replayed: v.boolean(),
});
