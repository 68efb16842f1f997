import { useLayoutEffect } from "preact/hooks";
import { t } from "../text.ts";

/** The tab's title, from the first moment that it is known on; null leaves it to who knows better. */
export function useTitle(title: string | null): void {
  useLayoutEffect(() => {
    if (title !== null)
      document.title = title === "" ? t("app.name") : `${title} · ${t("app.name")}`;
  }, [title]);
}
