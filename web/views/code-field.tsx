import { t } from "../text.ts";
import { Field } from "./field.tsx";

/** A recovery code signs in as well; where a second factor is only being set up there is none yet. */
export function CodeField({ hint = t("sign_in.code_hint") }: { hint?: string }) {
  return (
    <Field
      label={t("sign_in.code")}
      hint={hint}
      input={{
        name: "code",
        required: true,
        autocomplete: "one-time-code",
        autocapitalize: "none",
        spellcheck: false,
        maxLength: 32,
        ref: (input) => input?.focus(),
      }}
    />
  );
}
