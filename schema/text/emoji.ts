import * as v from "valibot";
import { type EmojiId, EmojiIdSchema } from "../ids.ts";
import { limits } from "../limits.ts";
import { charactersOf } from "./cut.ts";
import type { Inline, Tree } from "./tree.ts";

/**
 * Unicode's own list of emoji for general interchange, as the runtime knows it; every one of them is there in its fully
 * qualified form. Which version of Unicode that is depends on the runtime, so for what is stored the server's word counts.
 */
const one = /^\p{RGI_Emoji}$/v;
/** What says whether a character is shown as an emoji (U+FE0F) or as text (U+FE0E). */
const style = /[\ufe0e\ufe0f]/gu;
/** What is text unless it is told to be an emoji. A skin tone after it tells it already. */
const textual = /(?!\p{Emoji_Presentation})\p{Emoji}(?!\p{Emoji_Modifier})/gu;

/** Exactly one emoji, in its normal form. */
export const isEmoji = (text: string): boolean =>
  text.length <= limits.emoji_characters && one.test(text);

/**
 * The normal form of one emoji, however its style was left out or set: "❤" and "❤︎" are "❤️". Null for anything else.
 * Without one form, two people who choose the same heart would count as two reactions.
 */
export function normalEmoji(text: string): string | null {
  if (text.length > limits.emoji_characters) return null;
  const bare = text.replace(style, "");
  if (one.test(bare)) return bare;
  const styled = bare.replace(textual, "$&\ufe0f");
  return one.test(styled) ? styled : null;
}

/** What somebody can react with: an emoji of Unicode in its normal form, or one of people's own. */
export const ReactionEmojiSchema = v.union([
  EmojiIdSchema,
  v.pipe(
    v.string(),
    v.maxLength(limits.emoji_characters),
    v.check(isEmoji, "not one emoji in its normal form"),
  ),
]);
/** `string` takes in the ids; the two are told apart by `v.is(EmojiIdSchema, …)`. */
export type ReactionEmoji = EmojiId | (string & {});

/** A message of a few emoji and nothing else, which is shown large. */
export function isJumbo({ action, blocks }: Tree): boolean {
  const [paragraph] = blocks;
  if (action || blocks.length !== 1 || paragraph?.type !== "paragraph") return false;
  let count = 0;
  for (const inline of paragraph.children) {
    const more = emojiIn(inline);
    if (more === null) return false;
    count += more;
    if (count > limits.jumbo_emoji) return false;
  }
  return count > 0;
}

/** How many emoji an inline is, and nothing else. */
function emojiIn(inline: Inline): number | null {
  if (inline.type === "emoji") return 1;
  if (inline.type === "break") return 0;
  return inline.type === "text" ? emojiAlone(inline.text) : null;
}

/** How many emoji a text is; null where it is something else, or too long to be a few. */
function emojiAlone(text: string): number | null {
  if (text.length > limits.jumbo_emoji * limits.emoji_characters) return null;
  const characters = [...charactersOf(text)].filter((character) => character.trim() !== "");
  return characters.every(isEmoji) ? characters.length : null;
}
