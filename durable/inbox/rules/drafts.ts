import type { Draft } from "../../../schema/inbox.ts";

/** Whether an edit takes the place of what is there: the later one, and of two at once the one whose device sorts later. */
export function isLaterEdit(edit: Edit, known: Edit | null): boolean {
  if (!known || edit.edited_at !== known.edited_at)
    return !known || edit.edited_at > known.edited_at;
  if (edit.device_id !== known.device_id) return edit.device_id > known.device_id;
  // One device, one moment: whichever it was, all inboxes of the world choose the same.
  return edit.text > known.text;
}

export type Edit = Pick<Draft, "text" | "edited_at" | "device_id">;

/** A clock that is far ahead would win over everything that is typed until then. */
export function heldBack(edited_at: number, now_ms: number, skew_ms: number): number {
  return edited_at > now_ms + skew_ms ? now_ms : edited_at;
}
