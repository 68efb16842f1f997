import type { RoomState } from "../../client/index.ts";
import type { Connection } from "../models/connection.ts";
import { proofWords } from "../models/proof.ts";
import { t } from "../text.ts";

interface FootingProps {
  state: RoomState;
  connection: Connection;
  open: boolean;
  onProof(): void;
}

/** Under the last entry, as under a column of figures: how far the record is complete, and what is still on its way. */
export function Footing({ state, connection, open, onProof }: FootingProps) {
  const words = proofWords(state.proof);
  return (
    <div class="footing">
      <button class="footing-proof" type="button" aria-expanded={open} onClick={onProof}>
        {words.trouble ? <strong class="problem">{t("proof.line_fault")} · </strong> : null}
        {words.line}
      </button>
      <p class="footing-line">{sentence(state, connection)}</p>
    </div>
  );
}

function sentence({ waiting_commands }: RoomState, connection: Connection): string {
  if (connection === "removed") return t("room.removed");
  if (connection === "left") return t("room.left");
  if (connection === "stopped") return t("room.stopped");
  if (connection === "fine") return "";
  if (waiting_commands > 0) return t("room.waiting", { count: waiting_commands });
  return connection === "reconnecting" ? t("room.reconnecting_more") : "";
}
