import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { WorkButton } from "./work.tsx";

interface SureProps {
  /** The button that leads here. */
  first: string;
  question: string;
  /** The way back. */
  keep: string;
  /** What really does it. */
  children: ComponentChildren;
}

/** Asked once more, before what is hard to take back. */
export function Sure({ first, question, keep, children }: SureProps) {
  const sure = useSignal(false);
  if (!sure.value)
    return (
      <button class="danger" type="button" onClick={() => (sure.value = true)}>
        {first}
      </button>
    );
  return (
    <div class="card" role="group" aria-label={question}>
      <p>{question}</p>
      {children}
      <KeepButton onClick={() => (sure.value = false)}>{keep}</KeepButton>
    </div>
  );
}

interface SureButtonProps extends Omit<SureProps, "children"> {
  /** What the first button is read as, where its word alone does not say whom it is about. */
  label?: string;
  work(): Promise<unknown>;
}

/** The same in a line, for what needs no form. */
export function SureButton({ first, label, question, keep, work }: SureButtonProps) {
  const sure = useSignal(false);
  if (!sure.value)
    return (
      <button
        class="quiet danger"
        type="button"
        aria-label={label}
        onClick={() => (sure.value = true)}
      >
        {first}
      </button>
    );
  return (
    <span class="asking" role="group" aria-label={question}>
      <span>{question}</span>
      <WorkButton
        class="danger"
        work={async () => {
          await work();
          sure.value = false;
        }}
      >
        {first}
      </WorkButton>
      <KeepButton onClick={() => (sure.value = false)}>{keep}</KeepButton>
    </span>
  );
}

/** The safe answer is the one that Enter gives. */
function KeepButton({ onClick, children }: { onClick(): void; children: string }) {
  return (
    <button type="button" ref={(button) => button?.focus()} onClick={onClick}>
      {children}
    </button>
  );
}
