import * as v from "valibot";
import { memberCommands } from "../commands.ts";
import { ReadSchema } from "./read.ts";
import { GapSchema, ResumeSchema } from "./resume.ts";

export const UpSchema = v.variant("type", [ResumeSchema, GapSchema, ReadSchema, ...memberCommands]);
export type Up = v.InferOutput<typeof UpSchema>;
export const upTypes: ReadonlySet<string> = new Set(
  UpSchema.options.map((option) => option.entries.type.literal),
);
