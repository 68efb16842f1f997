import { useSignal } from "@preact/signals";
import { limits } from "../../schema/limits.ts";
import { t } from "../text.ts";
import { useApp } from "./context.ts";
import { Field } from "./field.tsx";
import { useForm } from "./form.ts";

/** Signing in or registering; also where a session has ended in the middle of a room. */
export function SignInView({ ended = false }: { ended?: boolean }) {
  const { session } = useApp();
  const registering = useSignal(false);
  const isNew = registering.value;
  const { busy, problem, submit } = useForm(
    async ({ handle = "", password = "", display_name = "" }) => {
      const account = { handle: handle.trim(), password };
      if (!isNew) return session.signIn(account);
      const name = display_name.trim();
      await session.register(name === "" ? account : { ...account, display_name: name });
    },
  );
  return (
    <form class="card" onSubmit={submit} aria-labelledby="sign-in-title">
      <h1 id="sign-in-title">{t(isNew ? "register.title" : "sign_in.title")}</h1>
      {ended ? <p>{t("sign_in.ended")}</p> : null}
      <AccountFields isNew={isNew} />
      <p class="problem" role="alert">
        {problem}
      </p>
      <button class="primary" type="submit" aria-disabled={busy.value}>
        {t(isNew ? "register.submit" : "sign_in.submit")}
      </button>
      {ended ? null : (
        <p class="aside">
          {t(isNew ? "register.have_account" : "sign_in.no_account")}{" "}
          <button class="link" type="button" onClick={() => (registering.value = !isNew)}>
            {t(isNew ? "register.to_sign_in" : "sign_in.to_register")}
          </button>
        </p>
      )}
    </form>
  );
}

function AccountFields({ isNew }: { isNew: boolean }) {
  return (
    <>
      <Field
        label={t("sign_in.handle")}
        {...(isNew ? { hint: t("register.handle_hint") } : {})}
        input={{
          name: "handle",
          required: true,
          autocomplete: "username",
          autocapitalize: "none",
          spellcheck: false,
          maxLength: limits.handle_characters_max,
        }}
      />
      {isNew ? (
        <Field
          label={`${t("sign_in.display_name")} (${t("sign_in.optional")})`}
          input={{ name: "display_name", autocomplete: "name", maxLength: limits.name_characters }}
        />
      ) : null}
      <Field
        label={t("sign_in.password")}
        {...(isNew
          ? { hint: t("register.password_hint", { count: limits.password_characters_min }) }
          : {})}
        input={{
          name: "password",
          type: "password",
          required: true,
          autocomplete: isNew ? "new-password" : "current-password",
          maxLength: limits.password_characters_max,
          ...(isNew ? { minLength: limits.password_characters_min } : {}),
        }}
      />
    </>
  );
}
