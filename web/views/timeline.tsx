import { useSignal } from "@preact/signals";
import { useEffect, useLayoutEffect, useMemo, useRef } from "preact/hooks";
import type { RoomHandle, RoomState, ShownMessage } from "../../client/index.ts";
import type { CommandId } from "../../schema/ids.ts";
import { inRoom, rowsOf, type Row } from "../models/timeline.ts";
import { dayText, machineTime } from "../platform/dates.ts";
import { t } from "../text.ts";
import { MessageView } from "./message.tsx";

interface TimelineProps {
  state: RoomState;
  handle: RoomHandle;
  onEdit(message: ShownMessage): void;
  onReceipt(command_id: CommandId): void;
}

/** So near to the end counts as being there. */
const NEAR_PX = 48;

export function Timeline({ state, handle, onEdit, onReceipt }: TimelineProps) {
  const messages = useMemo(() => inRoom(state.messages), [state.messages]);
  const rows = useMemo(() => rowsOf(messages, dayText), [messages]);
  const { place, below, onScroll, toEnd } = useStickyEnd(messages, state.me);
  useRead(place, handle, messages);
  const loading = useSignal(false);
  const earlier = async () => {
    loading.value = true;
    await handle.loadEarlier().catch(() => undefined);
    loading.value = false;
  };
  const row = (one: Row) =>
    one.kind === "day" ? (
      <li key={one.key} class="day">
        <time dateTime={machineTime(one.at).slice(0, 10)}>{dayText(one.at)}</time>
      </li>
    ) : (
      <li key={one.key} class={one.opens ? "entry opens" : "entry"}>
        <MessageView
          message={one.message}
          opens={one.opens}
          state={state}
          handle={handle}
          onEdit={onEdit}
          onReceipt={onReceipt}
        />
      </li>
    );
  return (
    <section
      class="timeline"
      ref={place}
      onScroll={onScroll}
      aria-label={t("timeline.label")}
      tabIndex={0}
    >
      <ol class="entries">
        {state.has_earlier ? (
          <li class="earlier">
            <button
              class="link"
              type="button"
              aria-disabled={loading.value}
              onClick={() => void earlier()}
            >
              {t("timeline.earlier")}
            </button>
          </li>
        ) : null}
        {rows.map(row)}
        {rows.length === 0 ? (
          <li class="empty">
            <p>
              <strong>{t("timeline.empty")}</strong> {t("timeline.empty_more")}
            </p>
            {state.room?.guidelines ? (
              <section aria-label={t("timeline.guidelines")}>
                <strong>{t("timeline.guidelines")}</strong>
                <p class="as-written">{state.room.guidelines}</p>
              </section>
            ) : null}
          </li>
        ) : null}
      </ol>
      {below.value ? (
        <button class="newest" type="button" onClick={toEnd}>
          {t("timeline.newest")} ↓
        </button>
      ) : null}
    </section>
  );
}

/** Whoever stands at the end of what they see has read it. */
function useRead(
  place: { current: HTMLElement | null },
  handle: RoomHandle,
  messages: readonly ShownMessage[],
): void {
  const newest = messages.findLast((message) => message.state === "sent")?.seq ?? 0;
  useEffect(() => {
    const look = () => {
      const box = place.current;
      if (box === null || document.visibilityState !== "visible") return;
      if (isAtEnd(box) && newest < Number.MAX_SAFE_INTEGER) handle.read(newest);
    };
    look();
    place.current?.addEventListener("scroll", look, { passive: true });
    document.addEventListener("visibilitychange", look);
    return () => {
      place.current?.removeEventListener("scroll", look);
      document.removeEventListener("visibilitychange", look);
    };
  }, [handle, newest]);
}

const isAtEnd = (box: HTMLElement): boolean =>
  box.scrollHeight - box.scrollTop - box.clientHeight <= NEAR_PX;

/** Follows new messages only for who stands at the end; everyone else keeps the line they are reading. */
function useStickyEnd(messages: readonly ShownMessage[], me: string) {
  const place = useRef<HTMLElement>(null);
  const atEnd = useRef(true);
  const below = useSignal(false);
  const seen = useRef<{ first?: string; last?: string; height: number }>({ height: 0 });

  function toEnd(): void {
    const box = place.current;
    if (box !== null) box.scrollTop = box.scrollHeight;
    atEnd.current = true;
    below.value = false;
  }

  function onScroll(): void {
    const box = place.current;
    if (box === null) return;
    atEnd.current = isAtEnd(box);
    if (atEnd.current) below.value = false;
  }

  useLayoutEffect(() => {
    const box = place.current;
    if (box === null) return;
    const [first, last] = [messages[0]?.message_id, messages.at(-1)];
    const before = seen.current;
    seen.current = {
      height: box.scrollHeight,
      ...(first && { first }),
      ...(last && { last: last.message_id }),
    };
    const isNew = last !== undefined && last.message_id !== before.last;
    if (atEnd.current || (isNew && last.author === me)) return toEnd();
    // Older ones came in above: what is being read stays where it is. At the very top browsers do not do this.
    if (before.first !== undefined && first !== before.first && box.scrollTop < NEAR_PX) {
      box.scrollTop += box.scrollHeight - before.height;
    }
    if (isNew) below.value = true;
  }, [messages]);

  useEffect(() => {
    const box = place.current;
    if (box === null) return;
    const watch = new ResizeObserver(() => (atEnd.current ? toEnd() : undefined));
    watch.observe(box);
    return () => watch.disconnect();
  }, []);

  return { place, below, onScroll, toEnd };
}
