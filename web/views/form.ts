import { useSignal, type ReadonlySignal } from "@preact/signals";
import { QuothError } from "../../client/index.ts";
import { PasskeyProblem } from "../platform/passkey.ts";

export interface FormWork {
  busy: ReadonlySignal<boolean>;
  /** Why the last attempt had no effect, as a sentence. */
  problem: ReadonlySignal<string>;
  submit(event: Event): void;
}

/** A form's submission: one at a time, and what went wrong in words. */
export function useForm(
  work: (values: Record<string, string>, form: HTMLFormElement) => Promise<string | void>,
): FormWork {
  const busy = useSignal(false);
  const problem = useSignal("");
  return {
    busy,
    problem,
    submit(event) {
      event.preventDefault();
      const form = event.currentTarget;
      if (busy.value || !(form instanceof HTMLFormElement)) return;
      busy.value = true;
      problem.value = "";
      const values = Object.fromEntries(
        [...new FormData(form)].map(([name, value]) => [name, String(value)]),
      );
      work(values, form)
        .then((said) => (problem.value = said ?? ""))
        .catch((error: unknown) => (problem.value = sentenceOf(error)))
        .finally(() => (busy.value = false));
    },
  };
}

export function sentenceOf(error: unknown): string {
  if (error instanceof PasskeyProblem) return error.message;
  if (!(error instanceof QuothError)) return String(error);
  return error.request_id === null ? error.message : `${error.message} (${error.request_id})`;
}
