import { useSignal, type Signal } from "@preact/signals";
import { useRef } from "preact/hooks";
import type { RoomHandle } from "../../client/index.ts";
import type { Help } from "../../schema/slash/meaning.ts";
import { endEdit, type Draft } from "../models/draft.ts";
import { sentenceOf } from "../models/problem.ts";
import { typed } from "../models/slash.ts";
import { t } from "../text.ts";
import { useApp } from "./context.ts";

/** For the one who asked alone: words, or what can be asked. */
export type Answer = string | readonly Help[] | null;

/** Sends what stands there, saves it, or does what its slash asks for. What had no effect stays, with the reason. */
export function useSay(draft: Signal<Draft>, handle: RoomHandle) {
  const { client } = useApp();
  const problem = useSignal("");
  const answer = useSignal<Answer>(null);
  const busy = useRef(false);
  const { room_id } = handle;
  const { timeZone: time_zone } = Intl.DateTimeFormat().resolvedOptions();

  async function asks(text: string): Promise<void> {
    const what = typed(text, { room_id, time_zone, now_ms: Date.now() });
    if (what.to === "nobody") throw new Error(what.problem);
    if (what.to === "outbox") handle.send(what.text);
    if (what.to === "self") answer.value = what.help;
    if (what.to !== "deployment") return;
    await client.slash(room_id, text, time_zone);
    answer.value = t("composer.done");
  }

  async function say(): Promise<void> {
    if (busy.current) return;
    const { text, editing } = draft.value;
    busy.current = true;
    problem.value = "";
    answer.value = null;
    try {
      if (editing !== null) handle.edit(editing.message_id, text);
      else await asks(text);
      if (draft.value.text === text) draft.value = endEdit(draft.value);
    } catch (error) {
      problem.value = sentenceOf(error);
    } finally {
      busy.current = false;
    }
  }

  return { problem, answer, say };
}
