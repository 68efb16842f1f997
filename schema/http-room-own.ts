import * as v from "valibot";
import { followEntries, threadReadEntries, unreadEntries } from "./commands/own.ts";
import { scheduleEntries } from "./commands/schedule.ts";
import { typingEntries } from "./frames/typing.ts";
import { whisperEntries } from "./frames/whisper.ts";
import { ScheduleIdSchema } from "./ids.ts";
import { SeqSchema } from "./position.ts";
import { queryAnswers } from "./queries.ts";

/** What concerns one member in one room: how far they are, what they follow, what is told and not kept. */

/** Bodies of requests. */
export const UnreadBodySchema = v.strictObject(unreadEntries);
export const DeliveredBodySchema = v.strictObject({ seq: SeqSchema });
export const FollowBodySchema = v.strictObject(followEntries);
export const ThreadReadBodySchema = v.strictObject(threadReadEntries);
export const TypingBodySchema = v.strictObject(typingEntries);
export const WhisperBodySchema = v.strictObject(whisperEntries);
export const ScheduleBodySchema = v.strictObject(scheduleEntries);

/** Bodies of answers: what a room answers to questions is in queries.ts. */
export const ReadersSchema = queryAnswers.readers;
export const FollowedThreadsSchema = queryAnswers.threads;
export const CountedMessagesSchema = queryAnswers.badge;
export const ScheduledMessagesSchema = queryAnswers.scheduled;
export const ScheduleAnswerSchema = v.object({
  schedule_id: ScheduleIdSchema,
  replayed: v.boolean(),
});
export { WhisperedSchema } from "./frames/whisper.ts";
