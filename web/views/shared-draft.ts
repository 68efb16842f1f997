import { useSignalEffect, type Signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { RoomId } from "../../schema/ids.ts";
import type { Draft } from "../models/draft.ts";
import { takeKept, unsent } from "../models/shared-draft.ts";
import { useApp } from "./context.ts";

const GATHER_MS = 700;

/** A draft belongs to its room, on every device: what is typed here is kept, and what was typed elsewhere appears. */
export function useSharedDraft(room_id: RoomId, draft: Signal<Draft>): void {
  const { inbox } = useApp();
  /** What the inbox has, as far as this device has heard or said. */
  const synced = useRef("");
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);

  useSignalEffect(() => {
    const state = inbox.view.value?.inbox;
    if (state === undefined || state === null) return;
    const kept = state.drafts.find((one) => one.room_id === room_id)?.text ?? "";
    if (kept === synced.current) return;
    const now = takeKept(draft.peek(), synced.current, kept);
    if (now !== draft.peek()) {
      synced.current = kept;
      draft.value = now;
    } else if (unsent(now) === kept) synced.current = kept;
  });

  useSignalEffect(() => {
    const text = unsent(draft.value);
    clearTimeout(timer.current);
    if (text === synced.current) return;
    timer.current = setTimeout(keep, GATHER_MS);
  });

  function keep(): void {
    clearTimeout(timer.current);
    const text = unsent(draft.peek());
    if (text === synced.current) return;
    synced.current = text;
    // What the inbox does not take is still here, and goes with the next words.
    inbox.command({ type: "draft", room_id, text, edited_at: Date.now() }).catch(() => undefined);
  }

  useEffect(() => {
    addEventListener("pagehide", keep);
    return () => {
      removeEventListener("pagehide", keep);
      keep();
    };
  }, []);
}
