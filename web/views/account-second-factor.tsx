import { useSignal, type Signal } from "@preact/signals";
import type { Account } from "../../schema/http-account.ts";
import { t } from "../text.ts";
import { Section } from "./section.tsx";
import { useApp } from "./context.ts";
import { OwnerProofField, useOwnerProof } from "./proof-of-owner.tsx";
import { QrView } from "./qr.tsx";
import { CodeField } from "./code-field.tsx";
import { CopyButton } from "./shown-once.tsx";
import { Sure } from "./sure.tsx";
import { WorkForm } from "./work.tsx";

type Secret = { secret: string; uri: string };
type Codes = Signal<readonly string[] | null>;

export function SecondFactorSection({
  account: { second_factor, recovery_codes_left },
}: {
  account: Account;
}) {
  const secret = useSignal<Secret | null>(null);
  const codes: Codes = useSignal(null);
  return (
    <Section title={t("factor.title")}>
      <p>{second_factor ? t("factor.on", { count: recovery_codes_left }) : t("factor.off")}</p>
      {codes.value === null ? null : <RecoveryCodes codes={codes.value} />}
      {second_factor ? <Standing codes={codes} /> : null}
      {second_factor || secret.value !== null ? null : <Begin secret={secret} />}
      {second_factor || secret.value === null ? null : (
        <Confirm secret={secret.value} codes={codes} onDone={() => (secret.value = null)} />
      )}
    </Section>
  );
}

function Begin({ secret }: { secret: Signal<Secret | null> }) {
  const { account } = useApp();
  const proof = useOwnerProof();
  return (
    <WorkForm
      label={t("factor.begin")}
      submit={t("factor.begin")}
      work={async (values) => {
        secret.value = await proof.prove(values, account.beginSecondFactor);
      }}
    >
      <OwnerProofField proof={proof} />
    </WorkForm>
  );
}

interface ConfirmProps {
  secret: Secret;
  codes: Codes;
  onDone(): void;
}

function Confirm({ secret, codes, onDone }: ConfirmProps) {
  const { account, session } = useApp();
  return (
    <>
      <p>{t("factor.scan")}</p>
      <QrView text={secret.uri} label={t("factor.qr")} />
      <p>
        {t("factor.secret")}: <code class="secret">{secret.secret}</code>
      </p>
      <WorkForm
        label={t("factor.title")}
        submit={t("factor.confirm")}
        work={async ({ code = "" }) => {
          codes.value = await account.confirmSecondFactor(code.trim());
          onDone();
          await session.look();
        }}
      >
        <CodeField hint={t("factor.code_hint")} />
      </WorkForm>
    </>
  );
}

function Standing({ codes }: { codes: Codes }) {
  const { account, session } = useApp();
  const [renewing, ending] = [useOwnerProof(), useOwnerProof()];
  return (
    <>
      <WorkForm
        label={t("factor.new_codes")}
        submit={t("factor.new_codes")}
        work={async (values) => {
          codes.value = await renewing.prove(values, account.newRecoveryCodes);
          await session.look();
        }}
      >
        <OwnerProofField proof={renewing} />
      </WorkForm>
      <Sure first={t("factor.off_submit")} question={t("factor.off_sure")} keep={t("factor.keep")}>
        <WorkForm
          label={t("factor.off_submit")}
          submit={t("factor.off_submit")}
          danger
          work={async (values) => {
            await ending.prove(values, account.removeSecondFactor);
            codes.value = null;
            await session.look();
          }}
        >
          <OwnerProofField proof={ending} />
        </WorkForm>
      </Sure>
    </>
  );
}

/** Shown once: kept nowhere but on the paper or in the safe of who reads them. */
function RecoveryCodes({ codes }: { codes: readonly string[] }) {
  return (
    <div class="once">
      <p>{t("factor.codes_more")}</p>
      <ul class="codes" aria-label={t("factor.codes")}>
        {codes.map((code) => (
          <li key={code}>
            <code>{code}</code>
          </li>
        ))}
      </ul>
      <p class="ways">
        <CopyButton text={codes.join("\n")} />
        <button class="quiet" type="button" onClick={() => print()}>
          {t("account.print")}
        </button>
      </p>
    </div>
  );
}
