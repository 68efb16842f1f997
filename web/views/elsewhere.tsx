import type { Account } from "../../schema/http-account.ts";
import { refusalTable } from "../../schema/refusals.ts";
import { cameBack, forgetCameBack } from "../platform/came-back.ts";
import { t } from "../text.ts";
import { useEffect } from "preact/hooks";
import { useApp } from "./context.ts";
import { Section } from "./section.tsx";
import { CodeField } from "./code-field.tsx";
import { WorkForm } from "./work.tsx";

/** Why signing in with another service came to nothing: in our own words, whatever stands in the address. */
export function ElsewhereFailed() {
  const { failed } = cameBack.value;
  useEffect(() => forgetCameBack, []);
  if (failed === null) return null;
  const known = Object.entries(refusalTable).find(([code]) => code === failed)?.[1];
  return (
    <p class="problem" role="alert">
      {known?.text ?? t("elsewhere.failed")}
    </p>
  );
}

/** Another service has vouched for somebody whose account asks for a second factor. */
export function ElsewhereCode() {
  const { account, session } = useApp();
  return (
    <WorkForm
      label={t("elsewhere.code")}
      submit={t("sign_in.submit")}
      work={async ({ code = "" }) => {
        session.enter(await account.giveProviderCode(code.trim()));
        forgetCameBack();
      }}
    >
      <h1>{t("elsewhere.code")}</h1>
      <CodeField />
      <button class="link" type="button" onClick={forgetCameBack}>
        {t("elsewhere.other_way")}
      </button>
    </WorkForm>
  );
}

/** Other services by which the account is signed in to. Where the deployment has none, there is nothing to see. */
export function ElsewhereSection({ account: { providers } }: { account: Account }) {
  const { offers } = useApp();
  useEffect(offers.want, []);
  const offered = offers.offers.value?.providers ?? [];
  if (offered.length === 0) return null;
  return (
    <Section title={t("elsewhere.title")}>
      <ElsewhereFailed />
      <ul class="rows" aria-label={t("elsewhere.title")}>
        {offered.map(({ provider_id, name }) => (
          <li key={provider_id}>
            {providers.includes(provider_id) ? (
              <>
                <bdi>{name}</bdi> <span class="aside">{t("elsewhere.linked")}</span>
              </>
            ) : (
              <a class="button" href={`/v1/auth/oidc/${provider_id}/begin?link=1`}>
                {t("elsewhere.link", { name })}
              </a>
            )}
          </li>
        ))}
      </ul>
    </Section>
  );
}
