import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Wanted } from "../../client/inbox.ts";
import type { Contact } from "../../schema/contact.ts";
import type { UserId } from "../../schema/ids.ts";
import { limits } from "../../schema/limits.ts";
import type { User } from "../../schema/user.ts";
import { FieldFault } from "../models/problem.ts";
import { roomPath } from "../models/route.ts";
import { t, type TextKey } from "../text.ts";
import { Section } from "./section.tsx";
import { ShownOnce } from "./shown-once.tsx";
import { useApp } from "./context.ts";
import { Field } from "./field.tsx";
import { PageHead } from "./page-head.tsx";
import { PresenceView, useWatch } from "./presence.tsx";
import { WorkButton, WorkForm } from "./work.tsx";

type PersonCommand = Extract<Wanted, { user_id: UserId }>["type"];

/** Contacts, the requests between here and there, and those whom one has blocked. */
export function ContactsView() {
  const { inbox, people } = useApp();
  const search = useSignal("");
  const state = inbox.view.value?.inbox;
  const contacts = state?.contacts ?? [];
  const blocks = state?.blocks ?? [];
  const of = (wanted: Contact["state"]) =>
    contacts.filter((one) => one.state === wanted).map((one) => one.user_id);
  useEffect(() => {
    people.want([...contacts, ...blocks].map(({ user_id }) => user_id));
  }, [contacts, blocks]);
  useWatch(of("contact").map((user_id) => ({ user_id, via: null })));
  const found = of("contact").filter((user_id) =>
    matches(people.known.value.get(user_id), search.value),
  );
  return (
    <main class="home">
      <PageHead here="/contacts" />
      <section class="home-rooms" aria-labelledby="contacts-title">
        <h1 id="contacts-title">{t("contacts.title")}</h1>
        <Field
          label={t("contacts.search")}
          input={{
            type: "search",
            autocomplete: "off",
            onInput: (event) => (search.value = event.currentTarget.value),
          }}
        />
        {found.length === 0 ? <p class="aside">{t("contacts.none")}</p> : null}
        <People label={t("contacts.title")} ids={found} actions={["remove", "block"]} direct />
      </section>
      <Listed
        title={t("contacts.requests")}
        ids={of("requests")}
        actions={["accept", "decline", "block"]}
      />
      <Listed title={t("contacts.requested")} ids={of("requested")} actions={["cancel"]} />
      <AddPerson />
      <Invite />
      <Listed
        title={t("contacts.blocked")}
        ids={blocks.map(({ user_id }) => user_id)}
        actions={["unblock"]}
      />
    </main>
  );
}

function matches(user: User | undefined, search: string): boolean {
  const wanted = search.trim().toLocaleLowerCase();
  if (wanted === "") return true;
  return [user?.handle, user?.display_name].some((text) =>
    text?.toLocaleLowerCase().includes(wanted),
  );
}

interface PeopleProps {
  ids: readonly UserId[];
  actions: readonly PersonCommand[];
  /** They can be written to. */
  direct?: boolean;
}

function Listed({ title, ...people }: PeopleProps & { title: string }) {
  if (people.ids.length === 0) return null;
  return (
    <Section title={title}>
      <People label={title} {...people} />
    </Section>
  );
}

function People({ label, ids, actions, direct = false }: PeopleProps & { label: string }) {
  const { inbox, people, client, navigation } = useApp();
  return (
    <ul class="rows" aria-label={label}>
      {ids.map((user_id) => {
        const user = people.known.value.get(user_id);
        const name = user?.display_name ?? t("timeline.unnamed");
        const act = (type: PersonCommand) => {
          const action = t(`contacts.${type}` as TextKey);
          return (
            <WorkButton
              key={type}
              label={t("contacts.of", { action, name })}
              work={() => inbox.command({ type, user_id })}
            >
              {action}
            </WorkButton>
          );
        };
        return (
          <li key={user_id}>
            <span>
              <PresenceView user_id={user_id} words /> <bdi class="author">{name}</bdi>{" "}
              {user === undefined ? null : <span class="aside">@{user.handle}</span>}
            </span>
            <span class="ways">
              {direct ? (
                <WorkButton
                  label={t("contacts.of", { action: t("contacts.write"), name })}
                  work={async () => {
                    const room = await client.createRoom({ kind: "direct", with: user_id });
                    navigation.go(roomPath(room.room_id));
                  }}
                >
                  {t("contacts.write")}
                </WorkButton>
              ) : null}
              {actions.map(act)}
            </span>
          </li>
        );
      })}
    </ul>
  );
}

/** By handle: asked to be a contact, or kept away. */
function AddPerson() {
  const { client, inbox, people } = useApp();
  const handle = useSignal("");
  const said = useSignal("");
  const act = async (type: "request" | "block") => {
    said.value = "";
    const name = handle.value.trim().replace(/^@/, "").toLowerCase();
    const user = name === "" ? null : await client.userByHandle(name);
    if (user === null) throw new FieldFault("handle", t("people.unknown", { handle: name }));
    people.add([user]);
    await inbox.command({ type, user_id: user.user_id });
    const done = type === "request" ? "contacts.asked" : "contacts.blocked_done";
    said.value = t(done, { name: user.display_name });
    handle.value = "";
  };
  return (
    <Section title={t("contacts.add_title")}>
      <WorkForm
        label={t("contacts.add_title")}
        submit={t("contacts.add")}
        work={() => act("request")}
      >
        <Field
          label={t("contacts.handle")}
          input={{
            name: "handle",
            required: true,
            autocomplete: "off",
            autocapitalize: "none",
            spellcheck: false,
            maxLength: limits.handle_characters_max + 1,
            value: handle.value,
            onInput: (event) => (handle.value = event.currentTarget.value),
          }}
        />
      </WorkForm>
      <WorkButton work={() => act("block")}>{t("contacts.block")}</WorkButton>
      <p class="aside" role="status">
        {said}
      </p>
    </Section>
  );
}

function Invite() {
  const { account } = useApp();
  const link = useSignal<string | null>(null);
  return (
    <Section title={t("contacts.invite_title")}>
      <WorkForm
        label={t("contacts.invite_title")}
        submit={t("contacts.invite_submit")}
        work={async ({ mail = "" }, form) => {
          const to = mail.trim();
          const made = await account.invite(to === "" ? {} : { mail: to });
          link.value = made.link;
          form.reset();
        }}
      >
        <Field
          label={`${t("contacts.invite_mail")} (${t("sign_in.optional")})`}
          input={{
            name: "mail",
            type: "email",
            autocomplete: "off",
            maxLength: limits.mail_characters,
          }}
        />
      </WorkForm>
      {link.value === null ? null : (
        <ShownOnce words={t("contacts.invite_link")} secret={link.value} />
      )}
    </Section>
  );
}
