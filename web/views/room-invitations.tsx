import { useSignal, type Signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Invitation } from "../../schema/http-account.ts";
import type { RoomId } from "../../schema/ids.ts";
import { limits } from "../../schema/limits.ts";
import { dayText, fullText } from "../platform/dates.ts";
import { counted, t } from "../text.ts";
import { useApp } from "./context.ts";
import { Check, Field } from "./field.tsx";
import { ShownOnce } from "./shown-once.tsx";
import { useLoaded, WorkButton, WorkForm } from "./work.tsx";

/** The links by which others come into a room: made, shown once, counted and taken back. */
export function RoomInvitations({ room_id }: { room_id: RoomId }) {
  const { account } = useApp();
  const { value, problem, again } = useLoaded(account.invitations);
  /** Of the link on show, which is kept nowhere else. */
  const made = useSignal<{ link: string; invitation_id: string } | null>(null);
  const open = value.value?.filter((one) => one.room_id === room_id) ?? [];
  return (
    <section class="panel-part" aria-label={t("invitations.title")}>
      <h3>{t("invitations.title")}</h3>
      <p class="problem" role="alert">
        {problem}
      </p>
      <ul class="rows" aria-label={t("invitations.open")}>
        {open.map((invitation) => (
          <Row
            key={invitation.invitation_id}
            invitation={invitation}
            onRevoked={async () => {
              if (made.value?.invitation_id === invitation.invitation_id) made.value = null;
              await again();
            }}
          />
        ))}
      </ul>
      {made.value === null ? null : (
        <ShownOnce words={t("invitations.made")} secret={made.value.link} />
      )}
      <Make room_id={room_id} made={made} onMade={again} />
    </section>
  );
}

interface MakeProps {
  room_id: RoomId;
  made: Signal<{ link: string; invitation_id: string } | null>;
  onMade(): Promise<void>;
}

function Make({ room_id, made, onMade }: MakeProps) {
  const { account, offers } = useApp();
  useEffect(offers.want, []);
  return (
    <WorkForm
      label={t("invitations.make")}
      submit={t("invitations.make")}
      work={async ({ uses = "1", guest }, form) => {
        const wanted = { room_id, uses: Number(uses), guest: guest === "on" };
        const { link, invitation } = await account.invite(wanted);
        made.value = { link, invitation_id: invitation.invitation_id };
        form.reset();
        await onMade();
      }}
    >
      <Field
        label={t("invitations.uses")}
        hint={t("invitations.uses_hint", { days: limits.invitation_ms / DAY_MS })}
        input={{
          name: "uses",
          type: "number",
          inputMode: "numeric",
          required: true,
          min: 1,
          max: limits.invitation_uses,
          defaultValue: "1",
        }}
      />
      {offers.offers.value?.guests === true ? (
        <Check label={t("invitations.guest")} name="guest" checked={false} />
      ) : null}
    </WorkForm>
  );
}

const DAY_MS = 86_400_000;

interface RowProps {
  invitation: Invitation;
  onRevoked(): Promise<void>;
}

function Row({ invitation, onRevoked }: RowProps) {
  const { account } = useApp();
  const { invitation_id, guest, mail, uses_left, created_at, expires_at } = invitation;
  const name = mail ?? t("invitations.of", { time: fullText(created_at) });
  return (
    <li>
      <span>
        <bdi>{name}</bdi>{" "}
        <span class="aside">
          {counted("invitations.left_one", "invitations.left", uses_left)},{" "}
          {t("invitations.until", { day: dayText(expires_at) })}
          {guest ? `, ${t("invitations.for_guests")}` : ""}
        </span>
      </span>
      <WorkButton
        label={t("invitations.revoke_of", { name })}
        work={async () => {
          await account.withdrawInvitation(invitation_id);
          await onRevoked();
        }}
      >
        {t("invitations.revoke")}
      </WorkButton>
    </li>
  );
}
