import { emptyDraft, type Draft } from "./draft.ts";

/** What the inbox has of a room's draft. Without a draft its text is empty. */
export interface KeptDraft {
  text: string;
  edited_at: number;
}

/**
 * What stands in the composer when the inbox says something about the draft: `synced` is what it said before. Words
 * that were typed here and not yet kept are never taken away; otherwise the other device's words take their place.
 */
export function takeKept(draft: Draft, synced: string, kept: string): Draft {
  const typed = unsent(draft);
  if (typed !== synced || kept === typed) return draft;
  return draft.editing === null ? { ...emptyDraft, text: kept } : { ...draft, kept };
}

/** The words that are a draft: while a message is edited, those that wait behind it. */
export const unsent = ({ text, editing, kept }: Draft): string => (editing === null ? text : kept);
