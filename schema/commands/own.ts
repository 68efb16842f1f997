import * as v from "valibot";
import { MessageIdSchema } from "../ids.ts";
import { SeqSchema } from "../position.ts";
import { command } from "./command.ts";

/**
 * What a member changes for themselves alone. It is answered like a command and goes the same ways, but it concerns
 * nobody else, so nothing of it is in the log: the answer has no receipt. Each says how things are to be and not how
 * they are to change, so that saying it twice is saying it once.
 */
export const unreadEntries = {
  /** The first message that is to count as unread again. */
  seq: SeqSchema,
};
export const followEntries = { follow: v.boolean() };
export const threadReadEntries = { seq: SeqSchema };

const message_id = MessageIdSchema;

export const UnreadSchema = command("unread", unreadEntries);
/** The message is the thread's root. */
export const FollowSchema = command("follow", { message_id, ...followEntries });
export const ThreadReadSchema = command("thread_read", { message_id, ...threadReadEntries });

export const ownCommands = [UnreadSchema, FollowSchema, ThreadReadSchema] as const;
export type OwnCommand = v.InferOutput<(typeof ownCommands)[number]>;
