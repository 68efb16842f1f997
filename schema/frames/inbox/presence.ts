import * as v from "valibot";
import { RoomIdSchema, UserIdSchema } from "../../ids.ts";
import { limits } from "../../limits.ts";
import { PresenceSchema } from "../../presence.ts";

/** Up, a signal: whether the person uses this device. A client says so when it changes. */
export const ActivitySchema = v.strictObject({
  type: v.literal("activity"),
  idle: v.boolean(),
});

/**
 * Up, a signal: the people whom this device shows now, the whole list each time. `via` is the room in which the two
 * meet; without it they are contacts. Whoever may not be looked at is answered like someone who is offline.
 */
export const WatchSchema = v.strictObject({
  type: v.literal("watch"),
  users: v.pipe(
    v.array(
      v.strictObject({ user_id: UserIdSchema, via: v.optional(v.nullable(RoomIdSchema), null) }),
    ),
    v.maxLength(limits.watched_users),
  ),
});
export type Watch = v.InferOutput<typeof WatchSchema>;

/** Down, a signal: how people whom this device shows are now. Only what has changed, many in one frame. */
export const PresenceFrameSchema = v.object({
  type: v.literal("presence"),
  users: v.array(PresenceSchema),
});
