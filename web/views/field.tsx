import type { ComponentChildren, InputHTMLAttributes } from "preact";
import { useId } from "preact/hooks";

interface FieldProps {
  label: string;
  hint?: ComponentChildren;
  input: InputHTMLAttributes<HTMLInputElement>;
}

export function Field({ label, hint, input }: FieldProps) {
  const id = useId();
  const hint_id = `${id}-hint`;
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input id={id} aria-describedby={hint === undefined ? undefined : hint_id} {...input} />
      {hint === undefined ? null : (
        <p class="hint" id={hint_id}>
          {hint}
        </p>
      )}
    </div>
  );
}
