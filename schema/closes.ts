/**
 * Why a socket is closed by the server. The range says what the client does next:
 * 4000 to 4099 come back with jitter and resume; 4100 to 4199 get a new ticket, signing in if need be;
 * 4200 to 4299 stop.
 */
export const closes = {
  restarting: { code: 4000, text: "This end moves or restarts. Come back and resume." },
  slow: { code: 4001, text: "This reader is too slow. Come back and resume from your position." },
  /** The session has ended: this device is signed out. */
  signed_out: { code: 4100, text: "This device has been signed out. Sign in again." },
  removed: { code: 4200, text: "You are no longer a member of this room." },
  too_many_bad_frames: { code: 4201, text: "This client does not speak the protocol." },
} as const satisfies Record<string, { code: number; text: string }>;

export type CloseName = keyof typeof closes;
export type AfterClose = "reconnect" | "authenticate" | "stop";

/** Codes of the transport itself (1006 and its like) mean that the line broke: come back. */
export function afterClose(code: number): AfterClose {
  if (code >= 4200 && code <= 4299) return "stop";
  if (code >= 4100 && code <= 4199) return "authenticate";
  return "reconnect";
}
