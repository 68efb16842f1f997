import * as v from "valibot";
import { memberCommands } from "../commands.ts";
import { AckSchema } from "./ack.ts";
import { AskSchema } from "./ask.ts";
import { DeliveredSchema, ReadSchema } from "./read.ts";
import { GapSchema, ResumeSchema } from "./resume.ts";
import { TypingSchema } from "./typing.ts";
import { WhisperUpSchema } from "./whisper.ts";

export const UpSchema = v.variant("type", [
  ResumeSchema,
  GapSchema,
  ReadSchema,
  DeliveredSchema,
  TypingSchema,
  WhisperUpSchema,
  AskSchema,
  AckSchema,
  ...memberCommands,
]);
export type Up = v.InferOutput<typeof UpSchema>;
export const upTypes: ReadonlySet<string> = new Set(
  UpSchema.options.map((option) => option.entries.type.literal),
);
