import * as v from "valibot";
import { EventsSchema } from "./events.ts";
import { HelloSchema } from "./hello.ts";
import { AcceptedSchema, RefusedSchema } from "./reply.ts";
import { SnapshotSchema } from "./resume.ts";

export const DownSchema = v.variant("type", [
  HelloSchema,
  SnapshotSchema,
  EventsSchema,
  AcceptedSchema,
  RefusedSchema,
]);
export type Down = v.InferOutput<typeof DownSchema>;
