import type { Proof } from "../../client/index.ts";
import { t, type TextKey } from "../text.ts";

export interface ProofWords {
  line: string;
  trouble: boolean;
  sentences: readonly string[];
  faults: readonly string[];
}

/** Enough of a key's name to tell it from another; the whole stands beside it. */
const shortKey = (key_id: string) => (key_id.length > 12 ? `${key_id.slice(0, 8)}…` : key_id);

/** What may be said about a room's history, and not a word more. */
export function proofWords(proof: Proof): ProofWords {
  const { complete_through, head, faults } = proof;
  if (complete_through === 0)
    return { line: t("proof.empty"), trouble: false, sentences: [], faults: [] };
  const signed =
    head === null
      ? t("proof.head_none")
      : t(head.verdict === "valid" ? "proof.head_valid" : "proof.head_unknown", {
          seq: head.seq,
          key: shortKey(head.key_id),
        });
  return {
    line: t("proof.line", { seq: complete_through }),
    trouble: faults.length > 0,
    sentences: [t("proof.complete", { seq: complete_through }), sinceWords(proof), signed],
    faults: faults.map(({ seq, kind }) =>
      t("proof.fault", { seq, kind: t(`fault.${kind}` satisfies TextKey) }),
    ),
  };
}

function sinceWords({ verified_since: seq, first_seq }: Proof): string {
  if (seq === null) return t("proof.since_none");
  if (seq === 1) return t("proof.since_first");
  return t(seq <= first_seq ? "proof.since_joined" : "proof.since", { seq });
}
