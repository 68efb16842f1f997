import { t } from "../text.ts";
import { Section } from "./section.tsx";
import { useApp } from "./context.ts";
import { OwnerProofField, useOwnerProof } from "./proof-of-owner.tsx";
import { Sure } from "./sure.tsx";
import { WorkForm } from "./work.tsx";

export function LeaveSection() {
  const { account, session } = useApp();
  const proof = useOwnerProof();
  return (
    <Section title={t("leave.title")}>
      <p>{t(session.user.value?.kind === "guest" ? "leave.more_guest" : "leave.more")}</p>
      <Sure first={t("leave.submit")} question={t("leave.sure")} keep={t("leave.keep")}>
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
      </Sure>
    </Section>
  );
}
