import type { TextBucket, TextFolder } from "../../schema/text-files.ts";
import { textKey } from "../../schema/text-files.ts";
import { toBase64Url } from "../../schema/chain.ts";
import { limits } from "../../schema/limits.ts";
import type { Large } from "../../schema/message.ts";
import { utf8Bytes } from "../../schema/text.ts";
import { Refused } from "../refused.ts";

/** A text that is too long for an event: its beginning goes into the event, and all of it into a file. */
export interface LongText {
  readonly preview: string;
  readonly large: Large;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

const encoder = new TextEncoder();

/** Null where the text travels in the event itself. */
export async function longTextOf(text: string): Promise<LongText | null> {
  if (utf8Bytes(text, limits.text_bytes) <= limits.text_bytes) return null;
  const bytes = encoder.encode(text) as Uint8Array<ArrayBuffer>;
  const digest = await crypto.subtle.digest("SHA-256", bytes);
  const sha256 = toBase64Url(new Uint8Array(digest));
  return { preview: previewOf(text), large: { sha256, bytes: bytes.length }, bytes };
}

/** The beginning, which never ends in half a character, and has something in it to be seen. */
export function previewOf(text: string): string {
  const beginning = begin(text);
  return beginning.trim() === "" ? begin(text.trimStart()) : beginning;
}

function begin(text: string): string {
  const end = limits.large_preview_characters;
  // A high surrogate at the end has lost the low one that it needs.
  const is_half = /[\ud800-\udbff]/.test(text.charAt(end - 1));
  return text.slice(0, is_half ? end - 1 : end);
}

/** The bucket, as far as it is needed here: a file is made only where there is none yet. */
export interface LongTextBucket extends Pick<TextBucket, "get" | "delete"> {
  put(
    key: string,
    value: Uint8Array,
    options: { onlyIf: { etagDoesNotMatch: string } },
  ): Promise<unknown>;
  head(key: string): Promise<unknown>;
}

export interface LongTexts {
  /** True where the file was made by this; false where it was there, as for a command that is repeated. */
  put(folder: TextFolder, text: LongText): Promise<boolean>;
  has(folder: TextFolder, large: Large): Promise<boolean>;
  remove(folder: TextFolder, large: Large): Promise<void>;
  /** Null where it has been erased. */
  read(folder: TextFolder, large: Large): Promise<{ body: ReadableStream; size: number } | null>;
}

export function createLongTexts(bucket: LongTextBucket): LongTexts {
  return {
    async put(folder, { large, bytes }) {
      const only_new = { onlyIf: { etagDoesNotMatch: "*" } };
      return (await bucket.put(textKey(folder, large.sha256), bytes, only_new)) !== null;
    },
    has: async (folder, { sha256 }) => (await bucket.head(textKey(folder, sha256))) !== null,
    remove: (folder, { sha256 }) => bucket.delete([textKey(folder, sha256)]),
    read: (folder, { sha256 }) => bucket.get(textKey(folder, sha256)),
  };
}

/** A text on its way, and where its file is to lie. */
export interface Placed {
  readonly folder: TextFolder;
  readonly text: LongText;
}

export interface Saying<T> {
  /** Says it to the room, with the file in place; a refusal is thrown. */
  say(): Promise<T>;
  /** Whether the room has a message with this very text. */
  isSaid(): Promise<boolean>;
}

/**
 * Says a text whose file is put there first, so that there is never a message without its text; where the room refuses,
 * the file goes again.
 *
 * The same command may be on its way twice, with one of them refused and the other not. The one that was refused takes
 * the file away and then looks whether it was said after all; the one that found the file there looks, after it was
 * said, whether it still is. In whatever order they come, one of the two sees to it.
 */
export async function sayFromFile<T>(
  texts: LongTexts,
  { folder, text }: Placed,
  { say, isSaid }: Saying<T>,
): Promise<T> {
  const is_made = await texts.put(folder, text);
  try {
    const answer = await say();
    if (!is_made && !(await texts.has(folder, text.large))) await texts.put(folder, text);
    return answer;
  } catch (error) {
    // What nobody has decided on may have happened: the file stays for the same command, which will come again.
    if (!is_made || !(error instanceof Refused)) throw error;
    await texts.remove(folder, text.large);
    if (await isSaid()) await texts.put(folder, text);
    throw error;
  }
}
