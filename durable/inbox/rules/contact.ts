import type { ContactState } from "../../../schema/contact.ts";
import type { Wish } from "../../../schema/inbox-rpc.ts";
import type { Settled } from "../../kernel/outcome.ts";
import { accepted, refused, unreachable } from "../../kernel/outcome.ts";

/**
 * Two people, as the inbox of one of them knows them (decision 0010).
 *
 * One's own wish is the truth here, the other's a copy of the newest that was heard. Every change takes a new version,
 * so what arrives twice, late or out of order is either the newest or nothing. Versions are made from the clock: an
 * inbox may forget a pair of strangers, and what they wish later is still newer than what the other remembers.
 */
export interface Pair {
  readonly wants: boolean;
  /** Of one's own wish; 0 where there never was one. */
  readonly version: number;
  readonly theirs_wants: boolean;
  readonly theirs_version: number;
  /** The wish of the other that was ended here and has to be told; 0 for none. */
  readonly ends_version: number;
}

export const strangers: Pair = {
  wants: false,
  version: 0,
  theirs_wants: false,
  theirs_version: 0,
  ends_version: 0,
};

export type Asking = "request" | "accept" | "decline" | "cancel" | "remove";

export function stateOf({ wants, theirs_wants }: Pair): ContactState | null {
  if (wants) return theirs_wants ? "contact" : "requested";
  return theirs_wants ? "requests" : null;
}

/** What a person does. The same pair comes back where things were so already. */
export function ask(pair: Pair, asking: Asking, now_ms: number): Settled<Pair> {
  const state = stateOf(pair);
  switch (asking) {
    case "request":
      return accepted(pair.wants ? pair : wish(pair, now_ms));
    case "accept":
      if (state === "contact") return accepted(pair);
      return state === "requests" ? accepted(wish(pair, now_ms)) : refused("no_request");
    case "decline":
      return state === "requests" ? accepted(part(pair, now_ms)) : refused("no_request");
    case "cancel":
      return state === "requested" ? accepted(part(pair, now_ms)) : refused("no_request");
    case "remove":
      return accepted(state === null ? pair : part(pair, now_ms));
    default:
      return unreachable(asking);
  }
}

/** What the other's inbox tells. The same pair comes back where it is nothing new. */
export function hear(pair: Pair, heard: Wish, now_ms: number): Pair {
  switch (heard.kind) {
    case "wishes":
      if (heard.version <= pair.theirs_version) return pair;
      return { ...pair, theirs_wants: heard.wants, theirs_version: heard.version };
    case "ends":
      // Only the very wish that was answered: one made since then is a new one.
      if (!pair.wants || heard.of_version !== pair.version) return pair;
      return { ...pair, wants: false, version: newer(pair.version, now_ms) };
    default:
      return unreachable(heard);
  }
}

/** Both wishes end. It begins a version also where there was no wish, so that it is told. */
export function part(pair: Pair, now_ms: number): Pair {
  return {
    ...pair,
    wants: false,
    version: newer(pair.version, now_ms),
    theirs_wants: false,
    ends_version: pair.theirs_wants ? pair.theirs_version : pair.ends_version,
  };
}

/** What the other's inbox has to hear. All of it may be said any number of times. */
export function toTell({ wants, version, ends_version }: Pair): Wish[] {
  const own: Wish[] = version > 0 ? [{ kind: "wishes", version, wants }] : [];
  return ends_version > 0 ? [...own, { kind: "ends", of_version: ends_version }] : own;
}

function wish(pair: Pair, now_ms: number): Pair {
  return { ...pair, wants: true, version: newer(pair.version, now_ms) };
}

/** A clock that stands still or steps back does not make an old version of a new wish. */
function newer(version: number, now_ms: number): number {
  return Math.max(version + 1, now_ms);
}
