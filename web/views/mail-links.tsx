import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { limits } from "../../schema/limits.ts";
import { secretInFragment } from "../platform/fragment.ts";
import { sentenceOf } from "../models/problem.ts";
import { t } from "../text.ts";
import { useApp } from "./context.ts";
import { Field, PasswordField } from "./field.tsx";

import { WorkForm } from "./work.tsx";

const onwards = (
  <p class="aside">
    <a href="/">{t("link.home")}</a>
  </p>
);

export function ForgotView() {
  const { account } = useApp();
  return (
    <div class="card">
      <h1>{t("forgot.title")}</h1>
      <p>{t("forgot.more")}</p>
      <WorkForm
        label={t("forgot.title")}
        submit={t("forgot.submit")}
        work={async ({ mail = "" }) => {
          await account.forgotPassword(mail.trim());
          return t("forgot.sent");
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
      </WorkForm>
      <p class="aside">
        <a href="/">{t("forgot.back")}</a>
      </p>
    </div>
  );
}

export function ResetView() {
  const { account } = useApp();
  const done = useSignal(false);
  const token = secretInFragment();
  if (token === "") return <NoLink title={t("reset.title")} />;
  return (
    <div class="card">
      <h1>{t("reset.title")}</h1>
      {done.value ? (
        <p role="status">{t("reset.done")}</p>
      ) : (
        <WorkForm
          label={t("reset.title")}
          submit={t("reset.submit")}
          work={async ({ password = "" }) => {
            await account.resetPassword({ token, password });
            done.value = true;
          }}
        >
          <PasswordField label={t("reset.password")} isNew />
        </WorkForm>
      )}
      {onwards}
    </div>
  );
}

export function VerifyView() {
  const { account } = useApp();
  const said = useSignal<string | null>(null);
  const problem = useSignal("");
  const token = secretInFragment();
  useEffect(() => {
    if (token === "") return;
    account.verifyMail(token).then(
      () => (said.value = t("verify.done")),
      (error: unknown) => (problem.value = sentenceOf(error)),
    );
  }, [token]);
  if (token === "") return <NoLink title={t("verify.title")} />;
  return (
    <div class="card">
      <h1>{t("verify.title")}</h1>
      <p role="status">{problem.value === "" ? (said.value ?? t("verify.working")) : ""}</p>
      <p class="problem" role="alert">
        {problem}
      </p>
      {onwards}
    </div>
  );
}

export function NoLink({ title }: { title: string }) {
  return (
    <div class="card">
      <h1>{title}</h1>
      <p>{t("link.none")}</p>
      {onwards}
    </div>
  );
}
