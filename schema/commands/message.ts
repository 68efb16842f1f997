import * as v from "valibot";
import { MessageIdSchema, RoomIdSchema } from "../ids.ts";
import { normalEmoji, ReactionEmojiSchema } from "../text/emoji.ts";
import { MessageTextSchema } from "../text.ts";
import { command } from "./command.ts";

const message_id = MessageIdSchema;

/** What is said with a text. The body of the HTTP route is made of the same. */
export const sendEntries = {
  text: MessageTextSchema,
  /** The message in whose thread this is a reply. */
  parent: v.optional(MessageIdSchema),
  /** A reply that is shown in the room too. */
  in_room: v.optional(v.boolean()),
  quote: v.optional(MessageIdSchema),
  silent: v.optional(v.boolean()),
};

export const SendSchema = command("send", sendEntries);
/** A message of another room, said again here. The room reads it there itself, by the right of who asks. */
export const forwardEntries = { from_room: RoomIdSchema, from_message: MessageIdSchema };
export const ForwardSchema = command("forward", forwardEntries);
export const EditSchema = command("edit", { message_id, text: MessageTextSchema });
export const DeleteSchema = command("delete", { message_id });
export const RestoreSchema = command("restore", { message_id });
/** However an emoji is typed, it is one and the same. */
const emoji = v.pipe(
  v.string(),
  v.transform((text) => normalEmoji(text) ?? text),
  ReactionEmojiSchema,
);
export const reactionEntries = { message_id, emoji };
export const ReactSchema = command("react", reactionEntries);
export const UnreactSchema = command("unreact", reactionEntries);
export const PinSchema = command("pin", { message_id });
export const UnpinSchema = command("unpin", { message_id });
