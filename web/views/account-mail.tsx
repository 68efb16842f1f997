import type { Account } from "../../schema/http-account.ts";
import { limits } from "../../schema/limits.ts";
import { t } from "../text.ts";
import { Section } from "./section.tsx";
import { useApp } from "./context.ts";
import { Field, PasswordField } from "./field.tsx";
import { OwnerProofField, useOwnerProof } from "./proof-of-owner.tsx";
import { WorkForm } from "./work.tsx";

export function MailSection({ account: { mail, mail_pending } }: { account: Account }) {
  const { account, session } = useApp();
  const proof = useOwnerProof();
  const change: ChangeMail = async (values, wanted) => {
    await proof.prove(values, (given) => account.changeMail({ mail: wanted, ...given }));
    await session.look();
  };
  return (
    <Section title={t("mail.title")}>
      {mail === null ? null : <p>{t("mail.is", { mail })}</p>}
      {mail === null && mail_pending === null ? <p>{t("mail.none")}</p> : null}
      {mail_pending === null ? null : <PendingMail mail={mail_pending} change={change} />}
      <WorkForm
        label={t("mail.title")}
        submit={t("mail.submit")}
        work={async (values, form) => {
          await change(values, values["mail"]?.trim() ?? "");
          form.reset();
          return t("mail.sent");
        }}
      >
        <Field
          label={t("mail.address")}
          input={{
            name: "mail",
            type: "email",
            required: true,
            autocomplete: "email",
            maxLength: limits.mail_characters,
          }}
        />
        <OwnerProofField proof={proof} />
      </WorkForm>
      {mail === null && mail_pending === null ? null : <RemoveMail remove={change} />}
    </Section>
  );
}

type ChangeMail = (values: Record<string, string>, wanted: string | null) => Promise<void>;

/** It waits for its link. Letters get lost. */
function PendingMail({ mail, change }: { mail: string; change: ChangeMail }) {
  const proof = useOwnerProof();
  return (
    <>
      <p>{t("mail.pending", { mail })}</p>
      <WorkForm
        label={t("mail.again")}
        submit={t("mail.again")}
        work={async (values) => {
          await proof.prove(values, () => change(values, mail));
          return t("mail.sent");
        }}
      >
        <OwnerProofField proof={proof} />
      </WorkForm>
    </>
  );
}

function RemoveMail(props: { remove: ChangeMail }) {
  const proof = useOwnerProof();
  return (
    <WorkForm
      label={t("mail.remove")}
      submit={t("mail.remove")}
      work={(values) => proof.prove(values, () => props.remove(values, null))}
    >
      <OwnerProofField proof={proof} />
    </WorkForm>
  );
}

export function PasswordSection({ account: { has_password } }: { account: Account }) {
  const { account, session } = useApp();
  const proof = useOwnerProof(has_password);
  return (
    <Section title={t("password.title")}>
      <WorkForm
        label={t("password.title")}
        submit={t(has_password ? "password.change" : "password.set")}
        work={async (values, form) => {
          const { password = "" } = values;
          await proof.prove(values, (given) => account.changePassword({ password, ...given }));
          form.reset();
          await session.look();
          return t("password.done");
        }}
      >
        <OwnerProofField proof={proof} />
        <PasswordField label={t("password.new")} isNew />
      </WorkForm>
    </Section>
  );
}
