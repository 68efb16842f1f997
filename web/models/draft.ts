import type { ShownMessage } from "../../client/index.ts";
import { limits } from "../../schema/limits.ts";
import type { MessageId } from "../../schema/ids.ts";

/** What stands in the composer: a new message, or another text for one that exists. */
export interface Draft {
  text: string;
  editing: { message_id: MessageId; seq: number; was: string } | null;
  /** What stood there before editing began. */
  kept: string;
}

export const emptyDraft: Draft = { text: "", editing: null, kept: "" };

export function beginEdit(draft: Draft, message: ShownMessage): Draft {
  const was = message.text ?? "";
  const kept = draft.editing === null ? draft.text : draft.kept;
  return { text: was, editing: { message_id: message.message_id, seq: message.seq, was }, kept };
}

export const endEdit = (draft: Draft): Draft => ({ text: draft.kept, editing: null, kept: "" });

/** Nothing but space is nothing; the same words again are no edit. */
export function isReady({ text, editing }: Draft): boolean {
  return text.trim() !== "" && bytesLeft(text) >= 0 && text !== editing?.was;
}

/** The counter appears when the end is in sight. */
export const COUNTER_BYTES = 2_048;

const encoder = new TextEncoder();

export function bytesLeft(text: string): number {
  // Three bytes are the most that one UTF-16 unit can take: short texts need no counting.
  if (text.length * 3 <= limits.text_bytes - COUNTER_BYTES) return limits.text_bytes - text.length;
  return limits.text_bytes - encoder.encode(text).length;
}
