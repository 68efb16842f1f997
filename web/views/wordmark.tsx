import { t } from "../text.ts";

/** The name as it is set everywhere: an opening quotation mark that hangs in the margin. */
export function Wordmark() {
  return (
    <span class="wordmark">
      <span class="wordmark-quote" aria-hidden="true">
        “
      </span>
      {t("app.name")}
    </span>
  );
}
