import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { RoomHandle, Verdict } from "../../client/index.ts";
import type { CommandId } from "../../schema/ids.ts";
import type { Receipt } from "../../schema/receipt.ts";
import { fullText } from "../platform/dates.ts";
import { t } from "../text.ts";

type Shown = { receipt: Receipt; verdict: Verdict } | null | "reading";

/** What the room gave for an own message, and whether it holds. */
export function ReceiptView({ command_id, handle }: { command_id: CommandId; handle: RoomHandle }) {
  const shown = useSignal<Shown>("reading");
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    heading.current?.focus();
    handle.receipt(command_id).then(
      (answer) => (shown.value = answer),
      () => (shown.value = null),
    );
  }, [command_id]);
  const answer = shown.value;
  return (
    <section class="receipt" aria-labelledby="receipt-title">
      <h3 id="receipt-title" tabIndex={-1} ref={heading}>
        {t("receipt.title")}
      </h3>
      {answer === "reading" ? <p role="status">{t("receipt.reading")}</p> : null}
      {answer === null ? <p>{t("receipt.none")}</p> : null}
      {answer === null || answer === "reading" ? null : <Slip {...answer} />}
    </section>
  );
}

function Slip({ receipt, verdict }: { receipt: Receipt; verdict: Verdict }) {
  const lines = [
    [t("receipt.entry"), `#${receipt.seq}`],
    [t("receipt.time"), fullText(receipt.at)],
    [t("receipt.body"), receipt.body_hash],
    [t("receipt.previous"), receipt.prev_hash],
    [t("receipt.hash"), receipt.hash],
    [t("receipt.head"), `#${receipt.head.seq}`],
    [t("receipt.key"), receipt.head.key_id],
  ] as const;
  return (
    <>
      <dl class="figures">
        {lines.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <p class={`stamp ${verdict}`}>{t(`receipt.${verdict}`)}</p>
    </>
  );
}
