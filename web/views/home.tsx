import { limits } from "../../schema/limits.ts";
import { FieldFault } from "../models/problem.ts";
import { remember } from "../models/remembered.ts";
import { roomIdIn, roomPath } from "../models/route.ts";
import { t } from "../text.ts";
import { useApp } from "./context.ts";
import { Field } from "./field.tsx";
import { useForm } from "./form.ts";
import { PageHead } from "./page-head.tsx";
import { RoomList } from "./room-list.tsx";
import { FormView } from "./work.tsx";

/** What is seen with no room open: the rooms of this device, and the ways to another. */
export function HomeView({ absent }: { absent: boolean }) {
  const { session } = useApp();
  const waiting = session.me.value?.account.mail_pending ?? null;
  return (
    <main class="home">
      <PageHead here="/" />
      {waiting === null ? null : (
        <p class="whole" role="status">
          {t("mail.welcome", { mail: waiting })} <a href="/account">{t("mail.welcome_more")}</a>
        </p>
      )}
      {absent ? <p class="problem">{t("room.absent")}</p> : null}
      <section class="home-rooms" aria-labelledby="rooms-title">
        <h1 id="rooms-title">{t("rooms.title")}</h1>
        <RoomList whole />
      </section>
      {session.user.value?.kind === "guest" ? (
        <p class="aside">{t("rooms.guest")}</p>
      ) : (
        <>
          <CreateRoom />
          <OpenRoom />
        </>
      )}
    </main>
  );
}

function CreateRoom() {
  const { client, navigation, remembered } = useApp();
  const form = useForm(async ({ name = "" }) => {
    const created = await client.createRoom({ kind: "channel", name });
    const { room_id } = created;
    remembered.value = remember(remembered.value, room_id, name.trim());
    navigation.go(roomPath(room_id));
  });
  return (
    <FormView form={form} class="card" aria-labelledby="create-title">
      <h2 id="create-title">{t("rooms.create")}</h2>
      <Field
        label={t("rooms.name")}
        hint={t("rooms.create_hint")}
        input={{
          name: "name",
          required: true,
          autocomplete: "off",
          maxLength: limits.name_characters,
        }}
      />
      <p class="problem" role="alert">
        {form.problem}
      </p>
      <button class="primary" type="submit" aria-disabled={form.busy.value}>
        {t("rooms.create_submit")}
      </button>
    </FormView>
  );
}

function OpenRoom() {
  const { navigation } = useApp();
  const form = useForm(async ({ link = "" }) => {
    const room_id = roomIdIn(link);
    if (room_id === null) throw new FieldFault("link", t("rooms.bad_link"));
    navigation.go(roomPath(room_id));
  });
  return (
    <FormView form={form} class="card" aria-labelledby="open-title">
      <h2 id="open-title">{t("rooms.open")}</h2>
      <Field
        label={t("rooms.link")}
        input={{ name: "link", required: true, autocomplete: "off", spellcheck: false }}
      />
      <p class="problem" role="alert">
        {form.problem}
      </p>
      <button type="submit">{t("rooms.open_submit")}</button>
    </FormView>
  );
}
