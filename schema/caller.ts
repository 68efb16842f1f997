import * as v from "valibot";
import { DeviceIdSchema, UserIdSchema } from "./ids.ts";

/** Who asks, as the Worker has established it. Nothing that a client sends becomes a part of it. */
export const CallerSchema = v.object({
  user_id: UserIdSchema,
  device_id: DeviceIdSchema,
  /** Ties the log lines of one request together, through the Worker and the actor. */
  request_id: v.string(),
});
export type Caller = v.InferOutput<typeof CallerSchema>;
