import { useSignal } from "@preact/signals";
import type { RoomState } from "../../client/index.ts";
import type { Connection } from "../models/connection.ts";
import { counted, t } from "../text.ts";
import type { Hindrance } from "../models/standing.ts";
import { useApp } from "./context.ts";
import { useHindrance } from "./hindrance.ts";
import { useTitle } from "./title.ts";
import { WhoMenu } from "./who-menu.tsx";

export type Panel = "people" | "proof" | null;

interface RoomHeaderProps {
  state: RoomState;
  connection: Connection;
  panel: Panel;
  onPanel(panel: Panel): void;
}

const COPIED_MS = 2_000;

export function RoomHeader({ state, connection, panel, onPanel }: RoomHeaderProps) {
  const { inbox, people, remembered } = useApp();
  const copied = useSignal(false);
  const known = remembered.value.find((room) => room.room_id === state.room_id);
  const other =
    state.room?.kind === "direct"
      ? ([...state.members.keys()].find((user_id) => user_id !== state.me) ?? null)
      : (inbox.room(state.room_id)?.with ?? null);
  const called = other === null ? undefined : people.known.value.get(other)?.display_name;
  const hindered = useHindrance(state, "message.send");
  const name = called ?? (state.room?.name || known?.name) ?? t("room.unnamed");
  useTitle(name);
  const copy = async () => {
    await navigator.clipboard.writeText(location.href);
    copied.value = true;
    setTimeout(() => (copied.value = false), COPIED_MS);
  };
  return (
    <header class="room-head">
      <a class="room-back" href="/" aria-label={t("rooms.all")}>
        ‹
      </a>
      <h1>{name}</h1>
      <p class="room-line" role="status">
        {connection === "reconnecting"
          ? t("room.reconnecting")
          : standingWords(hindered) || state.room?.topic}
      </p>
      <div class="room-tools">
        <button class="quiet" type="button" onClick={() => void copy()}>
          {t(copied.value ? "room.link_copied" : "room.copy_link")}
        </button>
        <button
          class="quiet"
          type="button"
          aria-expanded={panel === "people"}
          onClick={() => onPanel("people")}
        >
          {counted("room.people_one", "room.people", state.member_count)}
        </button>
        <WhoMenu />
      </div>
    </header>
  );
}

const standingWords = (hindered: Hindrance | null): string =>
  hindered === null || hindered.kind === "not_allowed" ? "" : t(`room.${hindered.kind}`);
