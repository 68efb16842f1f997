import { useSignal } from "@preact/signals";
import { scopes, type ApiToken, type Scope } from "../../schema/device.ts";
import { limits } from "../../schema/limits.ts";
import { dayText, fullText } from "../platform/dates.ts";
import { t } from "../text.ts";
import { Section } from "./section.tsx";
import { ShownOnce } from "./shown-once.tsx";
import { useApp } from "./context.ts";
import { OwnerProofField, useOwnerProof } from "./proof-of-owner.tsx";
import { Check, Field } from "./field.tsx";
import { useLoaded, WorkButton, WorkForm } from "./work.tsx";

const DAY_MS = 86_400_000;
const DAYS_MOST = Math.floor(limits.api_token_ms_max / DAY_MS);

export function TokensSection() {
  const { account } = useApp();
  const { value, problem, again } = useLoaded(account.tokens);
  const made = useSignal<string | null>(null);
  const proof = useOwnerProof();
  async function create(values: Record<string, string>, form: HTMLFormElement): Promise<void> {
    const { name = "", days = "" } = values;
    const chosen = scopes.filter((scope): scope is Scope => values[`scope_${scope}`] === "on");
    const expires_in_ms = Number(days) * DAY_MS;
    const asked = { name, scopes: chosen, expires_in_ms };
    const { token } = await proof.prove(values, (given) =>
      account.createToken({ ...asked, ...given }),
    );
    made.value = token;
    form.reset();
    await again();
  }
  return (
    <Section title={t("tokens.title")}>
      <p>{t("tokens.more")}</p>
      <p class="problem" role="alert">
        {problem}
      </p>
      {value.value?.length === 0 ? <p class="aside">{t("tokens.none")}</p> : null}
      <ul class="rows" aria-label={t("tokens.title")}>
        {value.value?.map((token) => (
          <TokenRow key={token.device_id} token={token} onChange={again} />
        ))}
      </ul>
      {made.value === null ? null : <ShownOnce words={t("tokens.created")} secret={made.value} />}
      <WorkForm label={t("tokens.create")} submit={t("tokens.create")} work={create}>
        <Field
          label={t("tokens.name")}
          input={{
            name: "name",
            required: true,
            autocomplete: "off",
            maxLength: limits.device_name_characters,
          }}
        />
        <Field
          label={t("tokens.days")}
          input={{
            name: "days",
            type: "number",
            required: true,
            min: 1,
            max: DAYS_MOST,
            defaultValue: "30",
          }}
        />
        <fieldset>
          <legend>{t("tokens.scopes")}</legend>
          {scopes.map((scope) => (
            <Check
              key={scope}
              label={t(`scope.${scope}`)}
              name={`scope_${scope}`}
              checked={scope === "read"}
            />
          ))}
        </fieldset>
        <OwnerProofField proof={proof} />
      </WorkForm>
    </Section>
  );
}

function TokenRow({ token, onChange }: { token: ApiToken; onChange(): Promise<void> }) {
  const { account } = useApp();
  const { device_id, name, prefix, expires_at, last_used_at } = token;
  const used =
    last_used_at === null
      ? t("passkeys.unused")
      : t("tokens.used", { time: fullText(last_used_at) });
  return (
    <li>
      <span>
        <bdi>{name}</bdi> <code>{prefix}…</code>{" "}
        <span class="aside">
          {token.scopes.join(", ")}, {t("tokens.expires", { time: dayText(expires_at) })}, {used}
        </span>
      </span>
      <WorkButton
        label={t("tokens.revoke_of", { name })}
        work={async () => {
          await account.revokeToken(device_id);
          await onChange();
        }}
      >
        {t("tokens.revoke")}
      </WorkButton>
    </li>
  );
}
