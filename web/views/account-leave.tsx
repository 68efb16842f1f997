import { useSignal } from "@preact/signals";
import { t } from "../text.ts";
import { Section } from "./section.tsx";
import { useApp } from "./context.ts";
import { OwnerProofField, useOwnerProof } from "./proof-of-owner.tsx";
import { WorkForm } from "./work.tsx";

export function LeaveSection() {
  const { account, session } = useApp();
  const sure = useSignal(false);
  const proof = useOwnerProof();
  return (
    <Section title={t("leave.title")}>
      <p>{t("leave.more")}</p>
      {sure.value ? (
        <>
          <p>{t("leave.sure")}</p>
          <WorkForm
            label={t("leave.title")}
            submit={t("leave.submit")}
            danger
            work={async (values) => {
              await proof.prove(values, account.leave);
              await session.signOut();
            }}
          >
            <OwnerProofField proof={proof} />
          </WorkForm>
          {/* The safe answer is the one that Enter gives. */}
          <button
            type="button"
            ref={(button) => button?.focus()}
            onClick={() => (sure.value = false)}
          >
            {t("leave.keep")}
          </button>
        </>
      ) : (
        <button class="danger" type="button" onClick={() => (sure.value = true)}>
          {t("leave.submit")}
        </button>
      )}
    </Section>
  );
}
