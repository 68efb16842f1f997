import * as v from "valibot";
import { limits } from "./limits.ts";

/**
 * Controls, bidirectional overrides and what cannot be seen: in a name they make one look like another.
 * The two joiners (U+200C, U+200D) stay: Persian and emoji are written with them.
 */
const deceptive =
  /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}\u00ad\u115f\u1160\u200b\u2060-\u2069\u2800\u3164\ufeff\uffa0\u{e0000}-\u{e007f}]/u;
const visible = /[^\p{C}\p{Z}\p{M}\p{Default_Ignorable_Code_Point}]/u;

/** One line of plain text that people read as a name: trimmed, normalised, nothing hidden in it. */
export const line = (min_characters: number, max_characters: number) =>
  v.pipe(
    v.string(),
    // Lengths are checked first: they bound the work of everything after.
    v.maxLength(max_characters * 4, `at most ${max_characters} characters`),
    v.check((text) => text.isWellFormed(), "not well-formed Unicode"),
    v.normalize("NFC"),
    v.trim(),
    v.minLength(min_characters, `at least ${min_characters} characters`),
    v.maxLength(max_characters, `at most ${max_characters} characters`),
    v.check((text) => !deceptive.test(text), "contains control or invisible characters"),
    v.check((text) => text === "" || visible.test(text), "nothing to be seen"),
  );

/** Some plain lines, as long as all of them together may be: line breaks stay, what is hidden is refused. */
export const paragraphs = (max_characters: number) =>
  v.pipe(
    v.string(),
    v.maxLength(max_characters * 4, `at most ${max_characters} characters`),
    v.check((text) => text.isWellFormed(), "not well-formed Unicode"),
    v.normalize("NFC"),
    v.transform((text) => text.replaceAll(/\r\n?/g, "\n")),
    v.trim(),
    v.maxLength(max_characters, `at most ${max_characters} characters`),
    v.check(
      (text) => !deceptive.test(text.replaceAll("\n", "")),
      "contains control or invisible characters",
    ),
  );

/** The issue of a text that is too long: its own refusal, so that a client can offer something better. */
export const TEXT_TOO_LONG = "text_too_long";

/** A message as it was written. It is markdown source; what it means is decided where it is shown. */
const messageText = (max_bytes: number) =>
  v.pipe(
    v.string(),
    v.check((text) => utf8Bytes(text, max_bytes) <= max_bytes, TEXT_TOO_LONG),
    v.check((text) => text.isWellFormed(), "not well-formed Unicode"),
    v.check((text) => text.trim().length > 0, "empty"),
  );
export const MessageTextSchema = messageText(limits.text_bytes);
/** Over HTTP also what has to lie in a file of its own. */
export const LongTextSchema = messageText(limits.large_text_bytes);

const encoder = new TextEncoder();

/** The size in UTF-8, counted only where the length leaves it open. */
export function utf8Bytes(text: string, enough: number): number {
  if (text.length > enough) return text.length;
  if (text.length * 3 <= enough) return text.length;
  return encoder.encode(text).length;
}
