import { t } from "../text.ts";
import { DevicesSection } from "./account-devices.tsx";
import { LeaveSection } from "./account-leave.tsx";
import { MailSection, PasswordSection } from "./account-mail.tsx";
import { PasskeysSection } from "./account-passkeys.tsx";
import { ProfileSection } from "./account-profile.tsx";
import { SecondFactorSection } from "./account-second-factor.tsx";
import { QuietSection } from "./account-quiet.tsx";
import { PrivacySection, StatusSection } from "./account-settings.tsx";
import { TokensSection } from "./account-tokens.tsx";
import { useApp } from "./context.ts";
import { ElsewhereSection } from "./elsewhere.tsx";
import { PageHead } from "./page-head.tsx";
import { useLoaded } from "./work.tsx";

/** Everything about one's own account, on one page. */
export function AccountView() {
  const { session } = useApp();
  const { problem } = useLoaded(session.look);
  const me = session.me.value;
  return (
    <main class="home">
      <PageHead here="/account" />
      <h1 class="home-title">{t("account.title")}</h1>
      <p class="problem" role="alert">
        {problem}
      </p>
      {me === null ? (
        <p role="status">{t("account.loading")}</p>
      ) : (
        <>
          {me.user.kind === "guest" ? <p class="whole">{t("account.guest")}</p> : null}
          <ProfileSection user={me.user} />
          <StatusSection />
          <QuietSection />
          <PrivacySection />
          {me.user.kind === "guest" ? null : (
            <>
              <MailSection account={me.account} />
              <PasswordSection account={me.account} />
              <PasskeysSection />
              <SecondFactorSection account={me.account} />
              <ElsewhereSection account={me.account} />
            </>
          )}
          <DevicesSection here={me.device_id} />
          {me.user.kind === "guest" ? null : <TokensSection />}
          <LeaveSection />
        </>
      )}
    </main>
  );
}
