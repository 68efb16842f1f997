import * as v from "valibot";
import { ReminderIdSchema, RoomIdSchema } from "./ids.ts";
import { remindEntries } from "./inbox-commands.ts";
import { ReminderSchema } from "./inbox.ts";
import { MessageSchema } from "./message.ts";
import { ReceiptSchema } from "./receipt.ts";
import { TimeZoneSchema } from "./settings.ts";
import { MessageTextSchema } from "./text.ts";

/** What concerns one person over all of their rooms, and what they ask for with a slash. */

/** Bodies of requests. */
export const RemindBodySchema = v.strictObject(remindEntries);
export const SlashBodySchema = v.strictObject({
  /** As it was typed. What asks for nothing is sent as a message. */
  text: MessageTextSchema,
  /** By whose clock `tomorrow` and `14:30` are read. */
  time_zone: v.optional(TimeZoneSchema, "UTC"),
});

/** Bodies of answers. */
export const RemindedSchema = v.object({
  reminder_id: ReminderIdSchema,
  /** Null where it was set already. */
  seq: v.nullable(v.number()),
  replayed: v.boolean(),
});
export const RemindersSchema = v.object({ reminders: v.array(ReminderSchema) });

/** Newest first. A page may have fewer than were asked for, or none: `before` says whether there are more. */
export const MentionPageSchema = v.object({
  mentions: v.array(v.object({ room_id: RoomIdSchema, message: MessageSchema })),
  /** What to ask for next; null at the end. */
  before: v.nullable(v.string()),
});

/** How many rooms had something unread. */
export const AllReadSchema = v.object({ rooms: v.number() });

/** What was done, and by whom: a room answers with a receipt, one's own inbox with its seq. */
export const SlashDoneSchema = v.variant("to", [
  v.object({
    to: v.literal("room"),
    type: v.string(),
    /** Null where things were so already. */
    receipt: v.nullable(ReceiptSchema),
    replayed: v.boolean(),
  }),
  v.object({
    to: v.literal("inbox"),
    type: v.string(),
    seq: v.nullable(v.number()),
    replayed: v.boolean(),
  }),
]);
export type SlashDone = v.InferOutput<typeof SlashDoneSchema>;
export const SlashHelpSchema = v.object({ name: v.string(), usage: v.string(), help: v.string() });

/** What was done, in order; or what can be asked, for who asked that. */
export const SlashAnswerSchema = v.union([
  v.object({ done: v.array(SlashDoneSchema) }),
  v.object({ help: v.array(SlashHelpSchema) }),
]);
export type SlashAnswer = v.InferOutput<typeof SlashAnswerSchema>;
