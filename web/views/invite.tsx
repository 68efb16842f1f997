import { useEffect } from "preact/hooks";
import { limits } from "../../schema/limits.ts";
import { roomPath } from "../models/route.ts";
import { fragment } from "../platform/fragment.ts";
import { t } from "../text.ts";
import { useApp } from "./context.ts";
import { Field } from "./field.tsx";
import { NoLink } from "./mail-links.tsx";
import { BirthDateField } from "./register.tsx";
import { SignInView } from "./sign-in.tsx";
import { useLoaded, WorkButton, WorkForm } from "./work.tsx";

/** What an invitation's link leads to: who invites, and the ways to accept. */
export function InviteView() {
  const { account, session, navigation } = useApp();
  const token = fragment();
  const invitation = useLoaded(async () => (token === "" ? null : account.viewInvitation(token)));
  const seen = invitation.value.value;
  if (token === "") return <NoLink title={t("invite.title")} />;

  async function accept(): Promise<void> {
    const { room_id } = await account.acceptInvitation(token);
    navigation.go(room_id === null ? "/contacts" : roomPath(room_id));
  }

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
          {seen.guest ? <GuestForm token={token} room_id={seen.room_id} /> : null}
          <p>{t("invite.need_account")}</p>
          <SignInView invitation={token} />
        </>
      )}
      <p class="aside">
        <a href="/">{t("link.home")}</a>
      </p>
    </div>
  );
}

function GuestForm({ token, room_id }: { token: string; room_id: `room_${string}` | null }) {
  const { account, session, offers, navigation } = useApp();
  useEffect(offers.want, []);
  if (offers.offers.value?.guests === false) return null;
  return (
    <WorkForm
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
