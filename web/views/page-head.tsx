import { t } from "../text.ts";
import { useApp } from "./context.ts";
import { Wordmark } from "./wordmark.tsx";
import { pages } from "./who-menu.tsx";
import { WorkButton } from "./work.tsx";

/** Over the pages that one goes to and fro between: whose they are, and the ways to the others and out. */
export function PageHead({ here }: { here: (typeof pages)[number][0] }) {
  const { session } = useApp();
  return (
    <header class="home-head">
      <a class="side-home" href="/" aria-label={t("rooms.all")}>
        <Wordmark />
      </a>
      <nav class="home-who" aria-label={t("app.name")}>
        {pages.map(([path, key]) => (
          <a key={path} href={path} aria-current={path === here ? "page" : undefined}>
            {t(key)}
          </a>
        ))}
        <span class="ways">
          <span>{t("signed_in_as", { name: session.user.value?.display_name ?? "" })}</span>
          <WorkButton class="link" work={session.signOut}>
            {t("sign_out")}
          </WorkButton>
        </span>
      </nav>
    </header>
  );
}
