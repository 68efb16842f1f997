import type { Signal } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import type { RoomHandle, RoomState } from "../../client/index.ts";
import {
  beginEdit,
  bytesLeft,
  COUNTER_BYTES,
  endEdit,
  isReady,
  type Draft,
} from "../models/draft.ts";
import type { Hindrance } from "../models/standing.ts";
import { inRoom, lastOwn } from "../models/timeline.ts";
import { fullText } from "../platform/dates.ts";
import { t } from "../text.ts";
import { HelpView } from "./composer-help.tsx";
import { useHindrance } from "./hindrance.ts";
import { useSay, type Answer } from "./say.ts";

interface ComposerProps {
  draft: Signal<Draft>;
  state: RoomState;
  handle: RoomHandle;
}

/** Whoever cannot write is told why. What stands here stays, for when they can again. */
export function Composer(props: ComposerProps) {
  const { draft, state } = props;
  const is_new = draft.value.editing === null;
  const hindered = useHindrance(state, is_new ? "message.send" : "message.edit_own");
  return hindered === null ? (
    <OpenComposer {...props} />
  ) : (
    <p class="composer composer-closed">{closedWords(hindered)}</p>
  );
}

function OpenComposer({ draft, state, handle }: ComposerProps) {
  const box = useRef<HTMLTextAreaElement>(null);
  const { text, editing } = draft.value;
  const { problem, answer, say } = useSay(draft, handle);
  useGrowing(box, text);
  useFocus(box, editing?.message_id);

  function submit(event?: Event): void {
    event?.preventDefault();
    box.current?.focus();
    if (isReady(draft.value)) void say();
  }

  function onKeyDown(event: KeyboardEvent): void {
    // While an input method composes, its keys are its own.
    if (event.isComposing) return;
    if (event.key === "Enter" && !event.shiftKey) submit(event);
    if (event.key === "Escape") answer.value = null;
    if (event.key === "Escape" && editing !== null) {
      event.preventDefault();
      draft.value = endEdit(draft.value);
    }
    if (event.key !== "ArrowUp" || text !== "") return;
    const message = lastOwn(inRoom(state.messages), state.me);
    if (message === null) return;
    event.preventDefault();
    draft.value = beginEdit(draft.value, message);
  }

  return (
    <form class="composer" onSubmit={submit}>
      {editing === null ? null : (
        <p class="composer-editing">
          {t("composer.editing", { seq: editing.seq })}{" "}
          <button class="link" type="button" onClick={() => (draft.value = endEdit(draft.value))}>
            {t("composer.cancel")}
          </button>
        </p>
      )}
      {answer.value === null || typeof answer.value === "string" ? null : (
        <HelpView help={answer.value} />
      )}
      <textarea
        id="composer"
        ref={box}
        rows={1}
        dir="auto"
        aria-label={t("composer.label")}
        aria-describedby="composer-notes"
        placeholder={t("composer.placeholder")}
        value={text}
        onInput={(event) => (draft.value = { ...draft.value, text: event.currentTarget.value })}
        onKeyDown={onKeyDown}
      />
      <button class="primary" type="submit" aria-disabled={!isReady(draft.value)}>
        {t(editing === null ? "composer.send" : "composer.save")}
      </button>
      <Notes left={bytesLeft(text)} problem={problem} answer={answer} />
    </form>
  );
}

interface NotesProps {
  left: number;
  problem: Signal<string>;
  answer: Signal<Answer>;
}

/** What is to be known beside the words: how they are sent, how many are left, what became of the last. */
function Notes({ left, problem, answer }: NotesProps) {
  return (
    <p class="composer-notes" id="composer-notes">
      <span class="composer-hint">{t("composer.hint")}</span>
      {left > COUNTER_BYTES ? null : (
        <span class={left < 0 ? "problem" : ""} role="status">
          {t(left < 0 ? "composer.over" : "composer.left", { count: Math.abs(left) })}
        </span>
      )}
      {typeof answer.value === "string" ? <span role="status">{answer.value}</span> : null}
      {problem.value === "" ? null : (
        <span class="problem" role="alert">
          {problem}
        </span>
      )}
    </p>
  );
}

const closedWords = (hindered: Hindrance): string =>
  hindered.kind === "muted"
    ? t("composer.muted", { time: fullText(hindered.until) })
    : t(`composer.${hindered.kind}`);

/** As high as its text, up to what the style sheet allows; `field-sizing` does it where it is known. */
function useGrowing(box: { current: HTMLTextAreaElement | null }, text: string): void {
  useLayoutEffect(() => {
    const area = box.current;
    if (area === null || CSS.supports("field-sizing", "content")) return;
    area.style.blockSize = "auto";
    area.style.blockSize = `${area.scrollHeight}px`;
  }, [text]);
}

/** On a phone the keyboard would jump up: there it waits for a touch, unless someone chose to edit. */
function useFocus(box: { current: HTMLTextAreaElement | null }, editing: string | undefined): void {
  useEffect(() => {
    const area = box.current;
    if (area === null || (editing === undefined && !matchMedia("(hover: hover)").matches)) return;
    area.focus();
    area.setSelectionRange(area.value.length, area.value.length);
  }, [editing]);
}
