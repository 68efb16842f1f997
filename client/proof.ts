import type { Head } from "../schema/receipt.ts";
import type { LogFault } from "./log.ts";
import { verifyHead, type KeyRing, type Verdict } from "./verify.ts";

/** Something that the server said and that is not true. It was not believed. */
export interface Fault {
  seq: number;
  kind: LogFault | "signature" | "receipt" | "message";
  at: number;
}

/** What can be said about the room's history as it is shown here. */
export interface Proof {
  /** Every event up to this one is here or was summed up in a snapshot: none is missing. */
  complete_through: number;
  /** From this event on, each was checked against the chain. Null where only the newest hash is known. */
  verified_since: number | null;
  /** The first event that one may see: later than 1 where the room shows history only from one's joining on. */
  first_seq: number;
  /** The newest head whose signature was looked at. */
  head: (Head & { verdict: Verdict }) | null;
  faults: readonly Fault[];
}

const FAULTS_KEPT = 20;

export interface ProofDeps {
  keys: KeyRing;
  now(): number;
  onChange(): void;
  onForged(): void;
}

/** Checks the newest head's signature, one at a time: a valid one vouches for all before it. */
export function createHeadProof(deps: ProofDeps) {
  let head: Proof["head"] = null;
  let faults: readonly Fault[] = [];
  let newest: Head | null = null;
  let forged: Head | null = null;
  let busy = false;

  function report(seq: number, kind: Fault["kind"]): void {
    faults = [...faults, { seq, kind, at: deps.now() }].slice(-FAULTS_KEPT);
    deps.onChange();
  }

  async function work(): Promise<void> {
    busy = true;
    while (newest !== null) {
      const checked: Head = newest;
      newest = null;
      await check(checked);
    }
    busy = false;
  }

  async function check(checked: Head): Promise<void> {
    const verdict = await verifyHead(checked, await deps.keys(checked.key_id));
    if (verdict === "forged") {
      forged = checked;
      report(checked.seq, "signature");
      return deps.onForged();
    }
    head = { ...checked, verdict };
    deps.onChange();
  }

  return {
    head: () => head,
    faults: () => faults,
    report,
    note(reached: Head | null): void {
      if (reached === null || same(reached, newest) || same(reached, forged)) return;
      if (head?.verdict === "valid" && same(reached, head)) return;
      newest = reached;
      if (!busy) void work();
    },
  };
}

const same = (one: Head, other: Head | null) =>
  other !== null &&
  one.seq === other.seq &&
  one.hash === other.hash &&
  one.signature === other.signature;
