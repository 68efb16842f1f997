import { useSignal } from "@preact/signals";
import { t } from "../text.ts";
import { WorkButton } from "./work.tsx";

/** A secret that nobody can be shown again: kept nowhere but where its reader takes it. */
export function ShownOnce({ words, secret }: { words: string; secret: string }) {
  return (
    <div class="once" role="status">
      <p>{words}</p>
      <code class="secret">{secret}</code>
      <CopyButton key={secret} text={secret} />
    </div>
  );
}

export function CopyButton({ text }: { text: string }) {
  const copied = useSignal(false);
  return (
    <WorkButton
      work={async () => {
        await navigator.clipboard.writeText(text);
        copied.value = true;
      }}
    >
      {t(copied.value ? "account.copied" : "account.copy")}
    </WorkButton>
  );
}
