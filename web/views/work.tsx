import { useSignal, type ReadonlySignal } from "@preact/signals";
import type { ComponentChildren, FormHTMLAttributes, Ref } from "preact";
import { useEffect } from "preact/hooks";
import { sentenceOf } from "../models/problem.ts";
import { BesideContext, useForm, type FormWork } from "./form.ts";

type FormViewProps = Omit<FormHTMLAttributes<HTMLFormElement>, "form"> & {
  form: FormWork;
  ref?: Ref<HTMLFormElement>;
  children: ComponentChildren;
};

/** A form whose fields hear what is wrong with them. */
export function FormView({ form, children, ...attributes }: FormViewProps) {
  return (
    <BesideContext.Provider value={form.beside}>
      <form {...attributes} onSubmit={form.submit} onInput={form.onInput}>
        {children}
      </form>
    </BesideContext.Provider>
  );
}

interface WorkFormProps {
  /** What the form is called; a heading where it has an id of its own. */
  label: string;
  submit: string;
  danger?: boolean;
  /** What the page is for. */
  primary?: boolean;
  /** Gives what to say when it is done. */
  work(values: Record<string, string>, form: HTMLFormElement): Promise<string | void>;
  children?: ComponentChildren;
}

/** Fields, one button, and beside it what came of it. */
export function WorkForm(props: WorkFormProps) {
  const { label, submit, danger = false, primary = false, work, children } = props;
  const look = primary ? "primary" : danger ? "danger" : "";
  const said = useSignal("");
  const form = useForm(async (values, element) => {
    said.value = "";
    said.value = (await work(values, element)) ?? "";
  });
  return (
    <FormView form={form} class="card" aria-label={label}>
      {children}
      <p class="problem" role="alert">
        {form.problem}
      </p>
      <p class="aside" role="status">
        {said}
      </p>
      <button class={look} type="submit" aria-disabled={form.busy.value}>
        {submit}
      </button>
    </FormView>
  );
}

interface WorkButtonProps {
  /** What is read where the word alone does not say whom it is about. */
  label?: string;
  class?: string;
  pressed?: boolean;
  work(): Promise<unknown>;
  children: ComponentChildren;
}

/** A button whose failure is said next to it. */
export function WorkButton({
  label,
  class: look = "quiet",
  pressed,
  work,
  children,
}: WorkButtonProps) {
  const busy = useSignal(false);
  const problem = useSignal("");
  const act = () => {
    if (busy.value) return;
    busy.value = true;
    problem.value = "";
    work()
      .catch((error: unknown) => (problem.value = sentenceOf(error)))
      .finally(() => (busy.value = false));
  };
  return (
    <>
      <button
        class={look}
        type="button"
        aria-label={label}
        aria-pressed={pressed}
        aria-disabled={busy.value}
        onClick={act}
      >
        {children}
      </button>
      {problem.value === "" ? null : (
        <span class="problem" role="alert">
          {problem}
        </span>
      )}
    </>
  );
}

export interface Loaded<T> {
  value: ReadonlySignal<T | null>;
  problem: ReadonlySignal<string>;
  again(): Promise<void>;
}

/** What a view reads when it opens, and again when it has changed something. */
export function useLoaded<T>(load: () => Promise<T>): Loaded<T> {
  const value = useSignal<T | null>(null);
  const problem = useSignal("");
  const again = async () => {
    problem.value = "";
    try {
      value.value = await load();
    } catch (error) {
      problem.value = sentenceOf(error);
    }
  };
  useEffect(() => void again(), []);
  return { value, problem, again };
}
