import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { RoomState, ShownMessage } from "../../client/index.ts";
import { newWords } from "../models/timeline.ts";
import { useApp } from "./context.ts";
import { Told } from "./message-text.tsx";

const KEPT = 5;

/** Says the words of others to who does not see them, politely and apart from the list that is read and navigated. */
export function Announcer({ state }: { state: RoomState }) {
  const { inbox } = useApp();
  const before = useRef(state.messages);
  const said = useSignal<readonly ShownMessage[]>([]);
  // Whose words are not to be heard is known once the inbox has answered.
  const known = (inbox.view.value?.inbox ?? null) !== null;
  useEffect(() => {
    if (!known) return;
    const words = newWords(before.current, state.messages, state.me).filter(
      ({ author, in_room }) => in_room && !inbox.blocked.peek().has(author),
    );
    before.current = state.messages;
    if (words.length > 0) said.value = [...said.value, ...words].slice(-KEPT);
  }, [state.messages, known]);
  return (
    <div class="visually-hidden" role="log" aria-live="polite">
      {said.value.map((message) => (
        <p key={message.message_id}>
          <Told author={message.author} source={message.text ?? ""} />
        </p>
      ))}
    </div>
  );
}
