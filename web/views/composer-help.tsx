import { Fragment } from "preact";
import type { Help } from "../../schema/slash/meaning.ts";
import { t } from "../text.ts";

/** What can be asked with a slash, for the one who asked. */
export function HelpView({ help }: { help: readonly Help[] }) {
  return (
    <div class="composer-help" role="status">
      <dl aria-label={t("composer.help")}>
        {help.map((one) => (
          <Fragment key={one.name}>
            <dt>{one.usage}</dt>
            <dd>{one.help}</dd>
          </Fragment>
        ))}
      </dl>
    </div>
  );
}
