import { useSignal } from "@preact/signals";
import type { UserId } from "../../schema/ids.ts";
import { limits } from "../../schema/limits.ts";
import { FieldFault } from "../models/problem.ts";
import { t } from "../text.ts";
import { useApp } from "./context.ts";
import { Field } from "./field.tsx";
import { Section } from "./section.tsx";
import { ShownOnce } from "./shown-once.tsx";
import { SureButton } from "./sure.tsx";
import { WorkForm } from "./work.tsx";

/** By handle: asked to be a contact, or kept away. */
export function AddPerson() {
  const { client, inbox, people } = useApp();
  const handle = useSignal("");
  const done = useSignal<{ type: "request" | "block"; user_id: UserId } | null>(null);
  const typed = handle.value.trim().replace(/^@/, "").toLowerCase();

  async function act(type: "request" | "block"): Promise<void> {
    done.value = null;
    const user = typed === "" ? null : await client.userByHandle(typed);
    if (user === null) throw new FieldFault("handle", t("people.unknown", { handle: typed }));
    people.add([user]);
    const { user_id } = user;
    await inbox.command({ type, user_id });
    done.value = { type, user_id };
    handle.value = "";
  }

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
      {typed === "" ? null : (
        <SureButton
          first={t("contacts.block")}
          question={t("contacts.block_sure", { name: `@${typed}` })}
          keep={t("contacts.keep")}
          work={() => act("block")}
        />
      )}
      <Done done={done.value} />
    </Section>
  );
}

/** Said for as long as it is so: who has accepted is not waited for. */
function Done({ done }: { done: { type: "request" | "block"; user_id: UserId } | null }) {
  const { inbox, people } = useApp();
  const state = inbox.view.value?.inbox;
  const isSo = (): boolean => {
    if (done === null) return false;
    const { type, user_id } = done;
    if (type === "block") return inbox.blocked.value.has(user_id);
    return (
      state?.contacts.some((one) => one.user_id === user_id && one.state === "requested") === true
    );
  };
  const name = done === null ? "" : (people.known.value.get(done.user_id)?.display_name ?? "");
  const words = done?.type === "block" ? "contacts.blocked_done" : "contacts.asked";
  return (
    <p class="aside" role="status">
      {isSo() ? t(words, { name }) : ""}
    </p>
  );
}

export function Invite() {
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
