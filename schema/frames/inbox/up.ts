import * as v from "valibot";
import { inboxCommands } from "../../inbox-commands.ts";
import { AckSchema } from "../ack.ts";
import { ResumeSchema } from "../resume.ts";
import { ActivitySchema, WatchSchema } from "./presence.ts";

export const InboxUpSchema = v.variant("type", [
  ResumeSchema,
  AckSchema,
  ActivitySchema,
  WatchSchema,
  ...inboxCommands,
]);
export type InboxUp = v.InferOutput<typeof InboxUpSchema>;
export const inboxUpTypes: ReadonlySet<string> = new Set(
  InboxUpSchema.options.map((option) => option.entries.type.literal),
);
