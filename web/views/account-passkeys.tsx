import type { Passkey } from "../../schema/http-account.ts";
import { limits } from "../../schema/limits.ts";
import { fullText } from "../platform/dates.ts";
import { makePasskey } from "../platform/passkey.ts";
import { t } from "../text.ts";
import { RenameForm } from "./rename-form.tsx";
import { Section } from "./section.tsx";
import { useApp } from "./context.ts";
import { Field } from "./field.tsx";
import { OwnerProofField, useOwnerProof } from "./proof-of-owner.tsx";
import { useLoaded, WorkForm } from "./work.tsx";

export function PasskeysSection() {
  const { account, session } = useApp();
  const { value, problem, again } = useLoaded(account.passkeys);
  const proof = useOwnerProof();
  const changed = async () => void (await Promise.all([again(), session.look()]));
  return (
    <Section title={t("passkeys.title")}>
      <p class="problem" role="alert">
        {problem}
      </p>
      {value.value?.length === 0 ? <p class="aside">{t("passkeys.none")}</p> : null}
      <ul class="rows" aria-label={t("passkeys.title")}>
        {value.value?.map((passkey) => (
          <PasskeyRow key={passkey.passkey_id} passkey={passkey} onChange={changed} />
        ))}
      </ul>
      <WorkForm
        label={t("passkeys.add")}
        submit={t("passkeys.add")}
        work={async (values) => {
          const asked = await proof.prove(values, account.passkeyOptions);
          const credential = await makePasskey(asked);
          const name = values["name"]?.trim() || t("passkeys.default_name");
          await account.addPasskey({ challenge: asked.challenge, credential, name });
          await changed();
        }}
      >
        <Field
          label={t("passkeys.name")}
          input={{
            name: "name",
            autocomplete: "off",
            maxLength: limits.device_name_characters,
            defaultValue: t("passkeys.default_name"),
          }}
        />
        <OwnerProofField proof={proof} />
      </WorkForm>
    </Section>
  );
}

function PasskeyRow({ passkey, onChange }: { passkey: Passkey; onChange(): Promise<void> }) {
  const { account } = useApp();
  const proof = useOwnerProof();
  const { passkey_id, name, synced, last_used_at } = passkey;
  const used =
    last_used_at === null
      ? t("passkeys.unused")
      : t("passkeys.used", { time: fullText(last_used_at) });
  return (
    <li>
      <details>
        <summary>
          <bdi>{name}</bdi>{" "}
          <span class="aside">
            {used}
            {synced ? `, ${t("passkeys.synced")}` : ""}
          </span>
        </summary>
        <RenameForm
          name={name}
          rename={async (to) => {
            await account.renamePasskey(passkey_id, to);
            await onChange();
          }}
        />
        <WorkForm
          label={t("account.remove_of", { name })}
          submit={t("account.remove_of", { name })}
          danger
          work={async (values) => {
            await proof.prove(values, (given) => account.removePasskey(passkey_id, given));
            await onChange();
          }}
        >
          <OwnerProofField proof={proof} />
        </WorkForm>
      </details>
    </li>
  );
}
