import { useSignal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import type { RoomState, ShownMessage } from "../../client/index.ts";
import type { CommandId, RoomId, UserId } from "../../schema/ids.ts";
import { beginEdit, emptyDraft } from "../models/draft.ts";
import { forget, remember } from "../models/remembered.ts";
import { createRoomModel, type RoomModel } from "../models/room.ts";
import { t } from "../text.ts";
import { Announcer } from "./announcer.tsx";
import { Composer } from "./composer.tsx";
import { useApp } from "./context.ts";
import { Footing } from "./footing.tsx";
import { PeoplePanel } from "./people-panel.tsx";
import { ProofPanel } from "./proof-panel.tsx";
import { RoomHeader, type Panel } from "./room-header.tsx";
import { RoomList } from "./room-list.tsx";
import { useSharedDraft } from "./shared-draft.ts";
import { SignInView } from "./sign-in.tsx";
import { Timeline } from "./timeline.tsx";
import { useTitle } from "./title.ts";
import { WhoCorner } from "./who-menu.tsx";
import { Wordmark } from "./wordmark.tsx";

export function RoomView({ room_id }: { room_id: RoomId }) {
  const app = useApp();
  const model = useMemo(
    () => createRoomModel({ client: app.client, room_id, onSignedOut: app.session.ended, onState }),
    [room_id],
  );
  useEffect(() => {
    void model.open();
    return model.close;
  }, [model]);

  function onState(state: RoomState): void {
    app.people.want([...state.members.keys(), ...new Set(state.messages.flatMap(peopleOf))]);
    // Who has left is not shown the way back.
    if (state.status.reason === "left" || state.status.reason === "removed")
      app.remembered.value = forget(app.remembered.peek(), room_id);
    const name = state.room?.name;
    if (name === undefined || name === "" || state.status.name === "closed") return;
    const known = app.remembered.peek().find((room) => room.room_id === room_id);
    if (known?.name !== name) app.remembered.value = remember(app.remembered.peek(), room_id, name);
  }

  const opening = model.opening.value;
  const known = app.remembered.value.find((room) => room.room_id === room_id);
  useTitle(known?.name ?? t("room.unnamed"));
  return (
    <div class="shell">
      <nav class="side" aria-label={t("rooms.title")}>
        <a class="side-home" href="/" aria-label={t("rooms.all")}>
          <Wordmark />
        </a>
        <RoomList current={room_id} />
        <a class="side-more" href="/">
          {t("rooms.another")}
        </a>
      </nav>
      {opening === "open" ? <OpenRoom model={model} /> : <ClosedRoom model={model} />}
    </div>
  );
}

/** Whose names are to be read at a message. */
function peopleOf({ author, deleted_by, forwarded }: ShownMessage): UserId[] {
  return [author, deleted_by, forwarded?.author].filter((one) => one !== null && one !== undefined);
}

function ClosedRoom({ model }: { model: RoomModel }) {
  const opening = model.opening.value;
  if (opening === "opening") {
    // The menu comes with what follows: one that was opened here would close under its reader's hand.
    return (
      <main class="notice" aria-busy="true">
        <p role="status">{t("app.loading")}</p>
      </main>
    );
  }
  return (
    <main class="notice">
      <WhoCorner />
      <h1>{t(opening === "absent" ? "room.absent" : "room.failed")}</h1>
      {opening === "absent" ? <p>{t("room.absent_more")}</p> : null}
      <p class="notice-ways">
        {opening === "failed" ? (
          <button type="button" onClick={() => void model.open()}>
            {t("room.again")}
          </button>
        ) : null}
        <a href="/">{t("rooms.all")}</a>
      </p>
    </main>
  );
}

function OpenRoom({ model }: { model: RoomModel }) {
  const panel = useSignal<Panel>(null);
  const receipt = useSignal<CommandId | null>(null);
  const draft = useSignal(emptyDraft);
  const state = model.state.value;
  useSharedDraft(model.room_id, draft);
  if (state === null) return null;
  const handle = model.handle();
  const connection = model.connection.value;
  const show = (next: Panel) => (panel.value = panel.value === next ? null : next);
  return (
    <>
      <main class="room">
        <RoomHeader state={state} connection={connection} panel={panel.value} onPanel={show} />
        <Timeline
          state={state}
          handle={handle}
          onEdit={(message) => (draft.value = beginEdit(draft.value, message))}
          onReceipt={(command_id) => {
            receipt.value = command_id;
            panel.value = "proof";
          }}
        />
        <Footing
          state={state}
          connection={connection}
          open={panel.value === "proof"}
          onProof={() => show("proof")}
        />
        {connection === "signed_out" ? <SignInView ended /> : null}
        {connection === "fine" || connection === "reconnecting" ? (
          <Composer draft={draft} state={state} handle={handle} />
        ) : null}
        <Announcer state={state} />
      </main>
      {panel.value === "people" ? (
        <PeoplePanel state={state} handle={handle} onClose={() => show("people")} />
      ) : null}
      {panel.value === "proof" ? (
        <ProofPanel
          state={state}
          handle={handle}
          receipt={receipt.value}
          onClose={() => show("proof")}
        />
      ) : null}
    </>
  );
}
