import { useEffect, useRef } from "preact/hooks";
import type { Watched } from "../../client/inbox.ts";
import type { UserId } from "../../schema/ids.ts";
import { fullText } from "../platform/dates.ts";
import { t } from "../text.ts";
import { useApp } from "./context.ts";

/** Says whom this view shows, for as long as it does. */
export function useWatch(users: readonly Watched[]): void {
  const { inbox } = useApp();
  const asker = useRef({});
  const open = inbox.view.value !== null;
  useEffect(() => {
    if (open) inbox.watch(asker.current, users);
  }, [open, JSON.stringify(users)]);
  useEffect(() => () => inbox.watch(asker.current, null), []);
}

/** A dot with its word, and the status that goes with it. Nothing where nothing is known. */
export function PresenceView({ user_id, words = false }: { user_id: UserId; words?: boolean }) {
  const { inbox } = useApp();
  const presence = inbox.presenceOf(user_id);
  if (presence === null) return null;
  const { state, last_seen_at, status } = presence;
  const word = t(`presence.${state}`);
  const ended = (status?.until ?? Infinity) <= Date.now();
  return (
    <span class="presence">
      <span class={`dot ${state}`} role="img" aria-label={word} title={word} />
      {words && status !== null && !ended ? (
        <bdi class="aside">
          {" "}
          {status.emoji} {status.text}
        </bdi>
      ) : null}
      {words && last_seen_at !== null && state === "offline" ? (
        <span class="aside"> {t("presence.last_seen", { time: fullText(last_seen_at) })}</span>
      ) : null}
    </span>
  );
}
