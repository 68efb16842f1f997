import * as v from "valibot";
import { RefusedSchema } from "../reply.ts";
import {
  InboxAcceptedSchema,
  InboxEventsSchema,
  InboxHelloSchema,
  InboxSnapshotSchema,
} from "./told.ts";
import { PresenceFrameSchema } from "./presence.ts";

export const InboxDownSchema = v.variant("type", [
  InboxHelloSchema,
  InboxSnapshotSchema,
  InboxEventsSchema,
  InboxAcceptedSchema,
  RefusedSchema,
  PresenceFrameSchema,
]);
export type InboxDown = v.InferOutput<typeof InboxDownSchema>;
