import type { ComponentChildren, InputHTMLAttributes, Ref } from "preact";
import { useContext, useId } from "preact/hooks";
import { limits } from "../../schema/limits.ts";
import { t } from "../text.ts";
import { BesideContext } from "./form.ts";

interface FieldProps {
  label: string;
  hint?: ComponentChildren;
  input: InputHTMLAttributes<HTMLInputElement> & { ref?: Ref<HTMLInputElement> };
}

export function Field({ label, hint, input }: FieldProps) {
  const id = useId();
  const beside = useContext(BesideContext)?.value ?? null;
  const problem = beside !== null && beside.name === input.name ? beside.text : null;
  // What is wrong says more than the hint, and stands in its place.
  const more = problem ?? hint;
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input
        id={id}
        aria-invalid={problem === null ? undefined : true}
        aria-describedby={more === undefined ? undefined : `${id}-more`}
        {...input}
      />
      {more === undefined ? null : (
        <p class={problem === null ? "hint" : "problem"} id={`${id}-more`}>
          {more}
        </p>
      )}
    </div>
  );
}

interface ChoiceProps {
  label: string;
  hint?: string;
  name: string;
  value: string;
  options: readonly (readonly [value: string, label: string])[];
}

export function Choice({ label, hint, name, value, options }: ChoiceProps) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <select id={id} name={name} aria-describedby={hint === undefined ? undefined : `${id}-hint`}>
        {options.map(([one, text]) => (
          <option key={one} value={one} selected={one === value}>
            {text}
          </option>
        ))}
      </select>
      {hint === undefined ? null : (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
    </div>
  );
}

interface CheckProps {
  label: string;
  name: string;
  value?: string;
  checked: boolean;
  onChange?(checked: boolean): void;
}

export function Check({ label, name, value = "on", checked, onChange }: CheckProps) {
  return (
    <label class="check">
      <input
        type="checkbox"
        name={name}
        value={value}
        defaultChecked={checked}
        onChange={(event) => onChange?.(event.currentTarget.checked)}
      />{" "}
      {label}
    </label>
  );
}

interface HandleFieldProps {
  label: string;
  hint?: string;
  most?: number;
  value?: string;
}

export function HandleField({
  label,
  hint,
  most = limits.mail_characters,
  value,
}: HandleFieldProps) {
  return (
    <Field
      label={label}
      {...(hint === undefined ? {} : { hint })}
      input={{
        name: "handle",
        required: true,
        autocomplete: "username",
        autocapitalize: "none",
        spellcheck: false,
        maxLength: most,
        ...(value === undefined ? {} : { defaultValue: value }),
      }}
    />
  );
}

export function PasswordField({ label, isNew = false }: { label: string; isNew?: boolean }) {
  const least = limits.password_characters_min;
  return (
    <Field
      label={label}
      {...(isNew ? { hint: t("register.password_hint", { count: least }) } : {})}
      input={{
        name: "password",
        type: "password",
        required: true,
        autocomplete: isNew ? "new-password" : "current-password",
        maxLength: limits.password_characters_max,
        ...(isNew ? { minLength: least } : {}),
      }}
    />
  );
}
