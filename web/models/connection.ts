import type { ChannelStatus } from "../../client/index.ts";

export type Connection =
  | "fine"
  | "reconnecting"
  | "signed_out"
  | "removed"
  | "left"
  | "stopped"
  | "absent";

/** A break that is over before this is nobody's business. */
export const QUIET_MS = 5_000;

export function connectionOf(status: ChannelStatus, now: number): Connection {
  if (status.name === "signed_out") return "signed_out";
  if (status.name === "closed") {
    if (status.reason === "removed" || status.reason === "left") return status.reason;
    return status.reason === "not_found" || status.reason === "not_allowed" ? "absent" : "stopped";
  }
  return status.away_since !== null && now - status.away_since >= QUIET_MS
    ? "reconnecting"
    : "fine";
}

/** When the answer may change although nothing else does. */
export function looksAgainIn(status: ChannelStatus, now: number): number | null {
  if (status.away_since === null || status.name === "closed" || status.name === "signed_out")
    return null;
  const wait_ms = status.away_since + QUIET_MS - now;
  return wait_ms > 0 ? wait_ms : null;
}
