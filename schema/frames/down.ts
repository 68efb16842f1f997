import * as v from "valibot";
import { AnswerSchema } from "./ask.ts";
import { EventsSchema } from "./events.ts";
import { HelloSchema } from "./hello.ts";
import { CursorsSchema } from "./read.ts";
import { AcceptedSchema, RefusedSchema } from "./reply.ts";
import { SnapshotSchema } from "./resume.ts";
import { HereSchema } from "./here.ts";
import { TypingFrameSchema } from "./typing.ts";
import { WhisperSchema } from "./whisper.ts";

export const DownSchema = v.variant("type", [
  HelloSchema,
  SnapshotSchema,
  EventsSchema,
  CursorsSchema,
  AcceptedSchema,
  RefusedSchema,
  HereSchema,
  TypingFrameSchema,
  WhisperSchema,
  AnswerSchema,
]);
export type Down = v.InferOutput<typeof DownSchema>;
