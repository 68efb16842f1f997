import { useSignal } from "@preact/signals";
import type { RoomHandle, RoomState } from "../../client/index.ts";
import { limits } from "../../schema/limits.ts";
import { may } from "../../schema/permissions.ts";
import { FieldFault } from "../models/problem.ts";
import { t } from "../text.ts";
import { useApp } from "./context.ts";
import { Field } from "./field.tsx";
import { useForm } from "./form.ts";
import { PanelView } from "./panel.tsx";
import { PresenceView, useWatch } from "./presence.tsx";
import { RoomInvitations } from "./room-invitations.tsx";
import { FormView } from "./work.tsx";

interface PeoplePanelProps {
  state: RoomState;
  handle: RoomHandle;
  onClose(): void;
}

const MOST_SHOWN = 200;

export function PeoplePanel({ state, handle, onClose }: PeoplePanelProps) {
  const { people } = useApp();
  const { role, room, members, member_count, me } = state;
  const shown = [...members.values()].slice(0, MOST_SHOWN);
  useWatch(shown.map(({ user_id }) => ({ user_id, via: state.room_id })));
  return (
    <PanelView title={t("people.title")} onClose={onClose}>
      <ul class="people">
        {shown.map((member) => {
          const user = people.known.value.get(member.user_id);
          return (
            <li key={member.user_id}>
              <PresenceView user_id={member.user_id} words />{" "}
              <bdi class="author">{user?.display_name ?? t("timeline.unnamed")}</bdi>
              {user === undefined ? null : <span class="aside"> @{user.handle}</span>}
              <span class="aside">
                {" "}
                {t(`role.${member.role}`)}
                {member.user_id === me ? `, ${t("people.you")}` : ""}
                {(member.muted_until ?? 0) > Date.now() ? `, ${t("people.muted")}` : ""}
              </span>
            </li>
          );
        })}
        {member_count > shown.length ? (
          <li class="aside">{t("people.more", { count: member_count - shown.length })}</li>
        ) : null}
      </ul>
      {room !== null && may(role, "member.add", room) ? (
        <>
          <AddMember state={state} />
          <RoomInvitations room_id={state.room_id} />
        </>
      ) : null}
      {room !== null && may(role, "room.leave", room) ? <Leave handle={handle} /> : null}
    </PanelView>
  );
}

function AddMember({ state }: { state: RoomState }) {
  const { client, people } = useApp();
  const added = useSignal("");
  const form = useForm(async ({ handle = "" }, element) => {
    added.value = "";
    const name = handle.trim().replace(/^@/, "").toLowerCase();
    const user = await client.userByHandle(name);
    if (user === null) throw new FieldFault("handle", t("people.unknown", { handle: name }));
    await client.addMember(state.room_id, user.user_id);
    people.add([user]);
    added.value = t("people.added", { name: user.display_name });
    element.reset();
  });
  return (
    <FormView form={form}>
      <Field
        label={t("people.add")}
        input={{
          name: "handle",
          required: true,
          autocomplete: "off",
          autocapitalize: "none",
          spellcheck: false,
          maxLength: limits.handle_characters_max + 1,
        }}
      />
      <p class="problem" role="alert">
        {form.problem}
      </p>
      <p class="aside" role="status">
        {added}
      </p>
      <button type="submit" aria-disabled={form.busy.value}>
        {t("people.add_submit")}
      </button>
    </FormView>
  );
}

function Leave({ handle }: { handle: RoomHandle }) {
  const sure = useSignal(false);
  if (!sure.value) {
    return (
      <button class="link" type="button" onClick={() => (sure.value = true)}>
        {t("people.leave")}
      </button>
    );
  }
  return (
    <div class="asking" role="group" aria-label={t("people.leave")}>
      <span>{t("people.leave_sure")}</span>
      <button class="danger" type="button" onClick={() => handle.leave()}>
        {t("people.leave_yes")}
      </button>
      <button type="button" ref={(button) => button?.focus()} onClick={() => (sure.value = false)}>
        {t("people.stay")}
      </button>
    </div>
  );
}
