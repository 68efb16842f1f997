import { useRef } from "preact/hooks";
import type { Registration } from "../../client/index.ts";
import { limits } from "../../schema/limits.ts";
import { makePasskey } from "../platform/passkey.ts";
import { t } from "../text.ts";
import { useApp } from "./context.ts";
import { Field, HandleField, PasswordField } from "./field.tsx";
import { useForm } from "./form.ts";
import { FormView, WorkButton } from "./work.tsx";

interface RegisterProps {
  invitation?: string;
  onBack(): void;
}

/** Making an account, with a password or with a passkey alone. */
export function RegisterView({ invitation, onBack }: RegisterProps) {
  const { offers } = useApp();
  const registration = offers.offers.value?.registration ?? "open";
  const closed =
    registration === "closed" || (registration === "invited" && invitation === undefined);
  return (
    <div class="card">
      {closed ? (
        <>
          <h1>{t("register.title")}</h1>
          <p>{t(registration === "closed" ? "register.closed" : "register.invited")}</p>
        </>
      ) : (
        <RegisterForm {...(invitation === undefined ? {} : { invitation })} />
      )}
      <p class="aside">
        {t("register.have_account")}{" "}
        <button class="link" type="button" onClick={onBack}>
          {t("register.to_sign_in")}
        </button>
      </p>
    </div>
  );
}

type Joining = Omit<Registration, "password">;

function RegisterForm({ invitation }: { invitation?: string }) {
  const { account, offers, session } = useApp();
  const element = useRef<HTMLFormElement>(null);
  const form = useForm(async ({ password = "", ...values }) => {
    await session.register({ ...joining(values, invitation), password });
    await lookForMail(values);
  });

  /** Which address waits for its link is known to the account only. */
  async function lookForMail({ mail = "" }: Record<string, string>): Promise<void> {
    if (mail.trim() !== "") await session.look();
  }

  async function withPasskey(): Promise<void> {
    const fields = element.current;
    if (fields === null) return;
    // Everything but the password has to be right.
    const others = [...fields.elements].filter(
      (field) => field instanceof HTMLInputElement && field.name !== "password",
    ) as HTMLInputElement[];
    if (!others.every((field) => field.reportValidity())) return;
    const values = Object.fromEntries(others.map(({ name, value }) => [name, value]));
    try {
      const asked = await account.passkeyRegistration(joining(values, invitation));
      const credential = await makePasskey(asked);
      const { challenge } = asked;
      session.enter(await account.registerWithPasskey({ challenge, credential }));
      await lookForMail(values);
    } catch (error) {
      form.report(error, fields);
    }
  }

  return (
    <>
      <FormView form={form} class="card" ref={element} aria-labelledby="register-title">
        <h1 id="register-title">{t("register.title")}</h1>
        <HandleField
          label={t("sign_in.handle")}
          hint={t("register.handle_hint")}
          most={limits.handle_characters_max}
        />
        <Field
          label={`${t("sign_in.display_name")} (${t("sign_in.optional")})`}
          input={{ name: "display_name", autocomplete: "name", maxLength: limits.name_characters }}
        />
        <MailField required={offers.offers.value?.asks_mail ?? false} />
        {offers.offers.value?.asks_birth_date ? <BirthDateField /> : null}
        <PasswordField label={t("sign_in.password")} isNew />
        <p class="problem" role="alert">
          {form.problem}
        </p>
        <button class="primary" type="submit" aria-disabled={form.busy.value}>
          {t("register.submit")}
        </button>
      </FormView>
      <div class="ways">
        <WorkButton class="" work={withPasskey}>
          {t("register.passkey")}
        </WorkButton>
      </div>
    </>
  );
}

function MailField({ required }: { required: boolean }) {
  const label = t("sign_in.mail");
  return (
    <Field
      label={required ? label : `${label} (${t("sign_in.optional")})`}
      input={{
        name: "mail",
        type: "email",
        required,
        autocomplete: "email",
        maxLength: limits.mail_characters,
      }}
    />
  );
}

export const BirthDateField = () => (
  <Field
    label={t("register.birth_date")}
    input={{ name: "birth_date", type: "date", required: true, autocomplete: "bday" }}
  />
);

/** What was left empty was not said. */
function joining(values: Record<string, string>, invitation: string | undefined): Joining {
  const { handle = "", display_name = "", mail = "", birth_date = "" } = values;
  const said = Object.entries({
    display_name: display_name.trim(),
    mail: mail.trim(),
    birth_date,
    invitation: invitation ?? "",
  }).filter(([, value]) => value !== "");
  return { handle: handle.trim(), ...Object.fromEntries(said) };
}
