import { useId } from "preact/hooks";
import { t } from "../text.ts";
import { useApp } from "./context.ts";
import { WorkButton } from "./work.tsx";

export const pages = [
  ["/", "nav.rooms"],
  ["/contacts", "nav.contacts"],
  ["/account", "nav.account"],
] as const;

/** Who is signed in, and the ways onwards and out, where a page has no place for more than a button. */
export function WhoMenu() {
  const { session } = useApp();
  const id = useId();
  const user = session.user.value;
  if (user === null) return null;
  const name = user.display_name;
  return (
    <>
      <button
        class="quiet who"
        type="button"
        popovertarget={id}
        aria-label={t("nav.menu", { name })}
      >
        <bdi>{name}</bdi>
        <span aria-hidden="true"> ▾</span>
      </button>
      <nav id={id} class="who-menu" popover="auto" aria-label={t("app.name")}>
        <p class="aside">
          {t("signed_in_as", { name })} <span>@{user.handle}</span>
        </p>
        {pages.map(([path, key]) => (
          <a key={path} href={path}>
            {t(key)}
          </a>
        ))}
        <WorkButton class="link" work={session.signOut}>
          {t("sign_out")}
        </WorkButton>
      </nav>
    </>
  );
}

/** The same, where there is no line for it to stand in. */
export const WhoCorner = () => (
  <div class="corner">
    <WhoMenu />
  </div>
);
