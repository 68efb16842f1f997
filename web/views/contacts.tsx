import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Wanted } from "../../client/inbox.ts";
import type { Contact } from "../../schema/contact.ts";
import type { UserId } from "../../schema/ids.ts";
import type { User } from "../../schema/user.ts";
import { roomPath } from "../models/route.ts";
import { t, type TextKey } from "../text.ts";
import { Section } from "./section.tsx";
import { AddPerson, Invite } from "./contacts-add.tsx";
import { useApp } from "./context.ts";
import { Field } from "./field.tsx";
import { PageHead } from "./page-head.tsx";
import { PresenceView, useWatch } from "./presence.tsx";
import { SureButton } from "./sure.tsx";
import { WorkButton } from "./work.tsx";

type PersonCommand = Extract<Wanted, { user_id: UserId }>["type"];

/** Contacts, the requests between here and there, and those whom one has blocked. */
export function ContactsView() {
  const { inbox, people, session } = useApp();
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
    <main class="home lists">
      <PageHead here="/contacts" />
      {/* What comes and goes has a column of its own, so that nobody's form moves under their hands. */}
      <div class="column">
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
        <Listed
          title={t("contacts.blocked")}
          ids={blocks.map(({ user_id }) => user_id)}
          actions={["unblock"]}
        />
      </div>
      <div class="column">
        {session.user.value?.kind === "guest" ? (
          <p class="aside">{t("contacts.guest")}</p>
        ) : (
          <>
            <AddPerson />
            <Invite />
          </>
        )}
      </div>
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
          const label = t("contacts.of", { action, name });
          const work = () => inbox.command({ type, user_id });
          if (type === "block")
            return (
              <SureButton
                key={type}
                first={action}
                label={label}
                question={t("contacts.block_sure", { name })}
                keep={t("contacts.keep")}
                work={work}
              />
            );
          return (
            <WorkButton key={type} label={label} work={work}>
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
