import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { QuothError } from "../../client/index.ts";
import { cameBack } from "../platform/came-back.ts";
import { usePasskey } from "../platform/passkey.ts";
import { t } from "../text.ts";
import { CodeField } from "./code-field.tsx";
import { useApp } from "./context.ts";
import { ElsewhereCode, ElsewhereFailed } from "./elsewhere.tsx";
import { HandleField, PasswordField } from "./field.tsx";
import { useForm } from "./form.ts";
import { RegisterView } from "./register.tsx";
import { FormView, WorkButton } from "./work.tsx";

interface SignInProps {
  /** A session has ended, in the middle of something. */
  ended?: boolean;
  /** The invitation that somebody has come with. */
  invitation?: string;
}

/** Signing in or registering; also where a session has ended in the middle of a room. */
export function SignInView({ ended = false, invitation }: SignInProps) {
  const { offers } = useApp();
  const registering = useSignal(false);
  useEffect(offers.want, []);
  if (registering.value)
    return (
      <RegisterView
        {...(invitation === undefined ? {} : { invitation })}
        onBack={() => (registering.value = false)}
      />
    );
  return (
    <div class="card">
      {cameBack.value.wantsCode ? <ElsewhereCode /> : <PasswordSignIn ended={ended} />}
      <OtherWays />
      {ended ? null : (
        <p class="aside">
          {t("sign_in.no_account")}{" "}
          <button class="link" type="button" onClick={() => (registering.value = true)}>
            {t("sign_in.to_register")}
          </button>
        </p>
      )}
    </div>
  );
}

function PasswordSignIn({ ended }: { ended: boolean }) {
  const { session } = useApp();
  const asksCode = useSignal(false);
  const slowed = useSignal(false);
  const form = useForm(async ({ handle = "", password = "", code: second = "" }) => {
    const typed = second.trim();
    const login = { handle: handle.trim(), password };
    slowed.value = false;
    try {
      await session.signIn(typed === "" ? login : { ...login, code: typed });
    } catch (error) {
      const code = error instanceof QuothError ? error.code : null;
      slowed.value = code === "slow_down";
      if (code !== "second_factor_required") throw error;
      asksCode.value = true;
    }
  });
  return (
    <FormView form={form} class="card" aria-labelledby="sign-in-title">
      <h1 id="sign-in-title">{t("sign_in.title")}</h1>
      {ended ? <p>{t("sign_in.ended")}</p> : null}
      <HandleField label={t("sign_in.handle_or_mail")} />
      <PasswordField label={t("sign_in.password")} />
      {asksCode.value ? <CodeField /> : null}
      <p class="problem" role="alert">
        {form.problem}
      </p>
      {slowed.value ? <p>{t("sign_in.slowed")}</p> : null}
      <button class="primary" type="submit" aria-disabled={form.busy.value}>
        {t("sign_in.submit")}
      </button>
      <p class="aside">
        <a href="/forgot">{t("sign_in.forgot")}</a>
      </p>
    </FormView>
  );
}

function OtherWays() {
  const { account, offers, session } = useApp();
  const providers = offers.offers.value?.providers ?? [];
  return (
    <div class="ways">
      <WorkButton
        class=""
        work={async () => {
          const asked = await account.passkeySignIn();
          const credential = await usePasskey(asked);
          const { challenge } = asked;
          session.enter(await account.signInWithPasskey({ challenge, credential }));
        }}
      >
        {t("sign_in.passkey")}
      </WorkButton>
      {providers.map(({ provider_id, name }) => (
        <a key={provider_id} class="button" href={`/v1/auth/oidc/${provider_id}/begin`}>
          {t("sign_in.provider", { name })}
        </a>
      ))}
      <ElsewhereFailed />
    </div>
  );
}
