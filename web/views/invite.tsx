import { useEffect } from "preact/hooks";
import { limits } from "../../schema/limits.ts";
import { roomPath } from "../models/route.ts";
import { secretInFragment } from "../platform/fragment.ts";
import { t } from "../text.ts";
import { useApp } from "./context.ts";
import { Field } from "./field.tsx";
import { NoLink } from "./mail-links.tsx";
import { BirthDateField } from "./register.tsx";
import { SignInView } from "./sign-in.tsx";
import { useLoaded, WorkButton, WorkForm } from "./work.tsx";

/** What an invitation's link leads to: who invites, and the ways to accept. */
export function InviteView() {
  const { account, session, offers, navigation } = useApp();
  const token = secretInFragment();
  useEffect(offers.want, []);
  const invitation = useLoaded(async () => (token === "" ? null : account.viewInvitation(token)));
  const seen = invitation.value.value;
  if (token === "") return <NoLink title={t("invite.title")} />;

  async function accept(): Promise<void> {
    const { room_id } = await account.acceptInvitation(token);
    navigation.go(room_id === null ? "/contacts" : roomPath(room_id));
  }

  const asGuest = seen?.guest === true && offers.offers.value?.guests !== false;
  const name = seen?.inviter.display_name ?? "";
  return (
    <div class="card">
      <h1>{t("invite.title")}</h1>
      <p class="problem" role="alert">
        {invitation.problem}
      </p>
      {seen === null ? null : (
        <p>{t(seen.room_id === null ? "invite.contact" : "invite.room", { name })}</p>
      )}
      {seen === null || session.state.value !== "in" ? null : (
        <WorkButton class="primary" work={accept}>
          {t("invite.accept")}
        </WorkButton>
      )}
      {seen === null || session.state.value === "in" ? null : (
        <>
          {asGuest ? <GuestForm token={token} room_id={seen.room_id} /> : null}
          {asGuest ? (
            <details>
              <summary>{t("invite.have_account")}</summary>
              <SignInView invitation={token} />
            </details>
          ) : (
            <>
              <p>{t("invite.need_account")}</p>
              <SignInView invitation={token} />
            </>
          )}
        </>
      )}
      {/* Whoever is to sign in first is led nowhere else: the invitation is in this address only. */}
      {seen !== null && session.state.value !== "in" ? null : (
        <p class="aside">
          <a href="/">{t(seen === null ? "link.home" : "invite.not_now")}</a>
        </p>
      )}
    </div>
  );
}

function GuestForm({ token, room_id }: { token: string; room_id: `room_${string}` | null }) {
  const { account, session, offers, navigation } = useApp();
  return (
    <WorkForm
      primary
      label={t("invite.guest")}
      submit={t("invite.guest_submit")}
      work={async ({ display_name = "", birth_date }) => {
        const guest = { invitation: token, display_name };
        const user = await account.enterAsGuest(
          birth_date === undefined ? guest : { ...guest, birth_date },
        );
        session.enter(user);
        if (room_id !== null) navigation.go(roomPath(room_id));
      }}
    >
      <h2>{t("invite.guest")}</h2>
      <Field
        label={t("invite.guest_name")}
        input={{
          name: "display_name",
          required: true,
          autocomplete: "nickname",
          maxLength: limits.name_characters,
        }}
      />
      {offers.offers.value?.asks_birth_date ? <BirthDateField /> : null}
    </WorkForm>
  );
}
