import { limits } from "../../schema/limits.ts";

/**
 * How much has been told to everyone in one encoding, and after which seq how much. The runtime says nothing of what
 * waits in a socket, so readers say now and then how far they are, and this turns it into bytes.
 *
 * It costs a broadcast one addition, however many hear it, and a reader two numbers. What is remembered is bounded:
 * one step for every so many bytes, back to where a reader would be too slow anyway. An acknowledgement counts up to
 * the last step before it, so a reader is taken to be a little behind where they are, and never ahead.
 *
 * It lies in memory only. An actor that was evicted had told nobody anything for a while, so what it had told before
 * is with its readers or bounded by the same limit, and counting begins anew; a seq from before finds no step, and
 * counts for nothing.
 */
export interface Broadcasts {
  readonly total: number;
  add(bytes: number, through_seq: number): void;
  /** How much had been told with this seq at the latest; null where it is too long ago. */
  totalAt(seq: number): number | null;
}

export function createBroadcasts(): Broadcasts {
  let total = 0;
  let newest_seq = 0;
  let steps: { seq: number; total: number }[] = [];
  return {
    get total() {
      return total;
    },
    add(bytes, through_seq) {
      total += bytes;
      newest_seq = through_seq;
      const last = steps.at(-1);
      if (last && total - last.total < limits.ack_step_bytes) return;
      steps.push({ seq: through_seq, total });
      // Cut in large pieces, or each step would move all the others.
      if ((steps[0]?.total ?? total) < total - 2 * limits.unacked_bytes)
        steps = steps.filter((step) => step.total >= total - limits.unacked_bytes);
    },
    totalAt: (seq) =>
      seq >= newest_seq ? total : (steps.findLast((step) => step.seq <= seq)?.total ?? null),
  };
}
