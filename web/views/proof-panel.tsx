import { useSignal } from "@preact/signals";
import type { RoomHandle, RoomState } from "../../client/index.ts";
import type { CommandId } from "../../schema/ids.ts";
import { proofWords } from "../models/proof.ts";
import { sentenceOf } from "../models/problem.ts";
import { t } from "../text.ts";

import { PanelView } from "./panel.tsx";
import { ReceiptView } from "./receipt.tsx";

interface ProofPanelProps {
  state: RoomState;
  handle: RoomHandle;
  /** The own command whose receipt is looked at. */
  receipt: CommandId | null;
  onClose(): void;
}

export function ProofPanel({ state, handle, receipt, onClose }: ProofPanelProps) {
  const { proof } = state;
  const words = proofWords(proof);
  return (
    <PanelView title={t("proof.title")} onClose={onClose}>
      {words.faults.length === 0 ? null : (
        <section class="faults" role="alert">
          <h3>{t("proof.faults")}</h3>
          <ul>
            {words.faults.map((fault, place) => (
              <li key={place}>{fault}</li>
            ))}
          </ul>
        </section>
      )}
      <ul class="claims">
        {words.sentences.map((sentence) => (
          <li key={sentence}>{sentence}</li>
        ))}
      </ul>
      {proof.head === null ? null : (
        <dl class="figures">
          <dt>{t("proof.hash")}</dt>
          <dd>{proof.head.hash}</dd>
          <dt>{t("proof.key")}</dt>
          <dd>{proof.head.key_id}</dd>
        </dl>
      )}
      <Verify state={state} handle={handle} />
      {receipt === null ? null : <ReceiptView key={receipt} command_id={receipt} handle={handle} />}
    </PanelView>
  );
}

function Verify({ state, handle }: { state: RoomState; handle: RoomHandle }) {
  const busy = useSignal(false);
  const problem = useSignal("");
  const verify = async (from: "shown" | "first") => {
    if (busy.value) return;
    busy.value = true;
    problem.value = "";
    await handle.verify(from).catch((error: unknown) => {
      problem.value = t("proof.verify_failed", { reason: sentenceOf(error) });
    });
    busy.value = false;
  };
  const since = state.proof.verified_since ?? Infinity;
  const shown = state.messages[0]?.seq ?? Infinity;
  return (
    <p class="verify">
      {since <= shown ? null : (
        <button type="button" aria-disabled={busy.value} onClick={() => void verify("shown")}>
          {t("proof.verify_shown")}
        </button>
      )}
      {since <= state.proof.first_seq ? null : (
        <button type="button" aria-disabled={busy.value} onClick={() => void verify("first")}>
          {t("proof.verify_first")}
        </button>
      )}
      <span role="status">{busy.value ? t("proof.verifying") : ""}</span>
      <span class="problem" role="alert">
        {problem}
      </span>
    </p>
  );
}
