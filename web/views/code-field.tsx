import { t } from "../text.ts";
import { Field } from "./field.tsx";

export function CodeField() {
  return (
    <Field
      label={t("sign_in.code")}
      hint={t("sign_in.code_hint")}
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
