import type { Rotation } from "../../../schema/inbox-rpc.ts";
import { limits } from "../../../schema/limits.ts";

/** The tokens of one session, by their hashes: the living one, and the one before it. */
export interface Family {
  readonly token_hash: string;
  readonly previous_hash: string | null;
  /** When the living one took the place of the one before. */
  readonly rotated_at: number;
  readonly created_at: number;
  /** When the session ends by itself. */
  readonly expires_at: number;
}

export type Turn =
  /** The offered token is the living one now; the session lasts until then. */
  | { kind: "next"; expires_at: number }
  /** The successor was given already: its answer was lost, or another tab asked first. */
  | { kind: "again" }
  | { kind: "reused" }
  | { kind: "unknown" };

/** However diligently it is refreshed, a session ends. */
export const sessionEnd = (created_at: number, token_expires_at: number): number =>
  Math.min(token_expires_at, created_at + limits.session_ms_max);

/**
 * What becomes of a token that the deployment has signed. The living one is followed by the one on offer, so there are
 * never two that live; the one before gets that same successor again for a short while; any other was used before.
 */
export function rotation(
  family: Family | null,
  { token_hash, next }: Pick<Rotation, "token_hash" | "next">,
  now_ms: number,
): Turn {
  if (!family || family.expires_at <= now_ms) return { kind: "unknown" };
  if (token_hash === family.token_hash)
    return { kind: "next", expires_at: sessionEnd(family.created_at, next.expires_at) };
  const in_grace = now_ms - family.rotated_at <= limits.refresh_grace_ms;
  return { kind: token_hash === family.previous_hash && in_grace ? "again" : "reused" };
}
