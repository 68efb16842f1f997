import { batch, useSignal, type ReadonlySignal } from "@preact/signals";
import { createContext } from "preact";
import { fieldProblemOf, sentenceOf, type FieldProblem } from "../models/problem.ts";

export interface FormWork {
  busy: ReadonlySignal<boolean>;
  /** Why the last attempt had no effect, as a sentence. */
  problem: ReadonlySignal<string>;
  /** The same, where it is about one field and stands beside it. */
  beside: ReadonlySignal<FieldProblem | null>;
  submit(event: Event): void;
  /** Says what went wrong, in the place where it belongs. */
  report(error: unknown, form: HTMLFormElement): void;
  /** What is typed anew is not wrong any more, as far as anyone knows. */
  onInput(event: Event): void;
}

/** The problem that a field of the form around it finds itself in. */
export const BesideContext = createContext<ReadonlySignal<FieldProblem | null> | null>(null);

/** A form's submission: one at a time, and what went wrong in words. */
export function useForm(
  work: (values: Record<string, string>, form: HTMLFormElement) => Promise<string | void>,
): FormWork {
  const busy = useSignal(false);
  const problem = useSignal("");
  const beside = useSignal<FieldProblem | null>(null);

  function say(text: string, at: FieldProblem | null): void {
    batch(() => {
      problem.value = text;
      beside.value = at;
    });
  }

  function report(error: unknown, form: HTMLFormElement): void {
    const at = fieldProblemOf(error);
    const field = at === null ? null : form.elements.namedItem(at.name);
    if (!(field instanceof HTMLElement)) return say(sentenceOf(error), null);
    say("", at);
    // Whoever does not see the words hears them here: they describe the field.
    field.focus();
  }

  return {
    busy,
    problem,
    beside,
    report,
    onInput({ target }) {
      if (target instanceof HTMLInputElement && target.name === beside.value?.name)
        beside.value = null;
    },
    submit(event) {
      event.preventDefault();
      const form = event.currentTarget;
      if (busy.value || !(form instanceof HTMLFormElement)) return;
      busy.value = true;
      say("", null);
      const values = Object.fromEntries(
        [...new FormData(form)].map(([name, value]) => [name, String(value)]),
      );
      work(values, form)
        .then((said) => (problem.value = said ?? ""))
        .catch((error: unknown) => report(error, form))
        .finally(() => (busy.value = false));
    },
  };
}
