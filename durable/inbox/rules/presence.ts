import type { Presence, PresenceMode, PresenceState, Status } from "../../../schema/presence.ts";
import type { UserId } from "../../../schema/ids.ts";
import type { Settings } from "../../../schema/settings.ts";
import { unreachable } from "../../kernel/outcome.ts";

/** One socket of a person's devices. */
export interface Life {
  /** When it was last heard of. */
  readonly heard_at: number;
  readonly idle: boolean;
}

/**
 * How a person is, from all of their devices together. What they have chosen goes before what the clock says, and both
 * before what the devices say; but without a device that lives nobody is here.
 */
export function stateFrom(
  mode: PresenceMode,
  is_quiet: boolean,
  living: readonly Life[],
): PresenceState {
  if (living.length === 0) return "offline";
  switch (mode) {
    case "invisible":
      return "offline";
    case "away":
    case "dnd":
      return mode;
    case "auto":
      if (is_quiet) return "dnd";
      return living.every((life) => life.idle) ? "idle" : "online";
    default:
      return unreachable(mode);
  }
}

/**
 * When silence alone could next change the state: no sooner than the last of the devices that make it has been silent
 * for too long. So each ping moves it away, and nobody has to look every few seconds.
 */
export function nextDeath(living: readonly Life[], dead_after_ms: number): number | null {
  const used = living.filter((life) => !life.idle);
  const telling = used.length > 0 ? used : living;
  if (telling.length === 0) return null;
  return Math.max(...telling.map((life) => life.heard_at)) + dead_after_ms + 1;
}

/** A person as they are, before it is asked who looks. */
export interface Person {
  readonly user_id: UserId;
  readonly state: PresenceState;
  /** When others could last see them here; null for never. */
  readonly seen_at: number | null;
  readonly status: Status | null;
  readonly last_seen: Settings["last_seen"];
}

export interface Looking {
  readonly may_look: boolean;
  readonly is_contact: boolean;
  /** Whether they show the person their own last visit. */
  readonly shows_last_seen: boolean;
}

/** A person to whoever may not look, which is how everybody is whom one knows nothing of. */
export function unseen(user_id: UserId): Presence {
  return { user_id, state: "offline", last_seen_at: null, status: null };
}

export function shownTo(person: Person, looking: Looking): Presence {
  const { user_id, state, status } = person;
  if (!looking.may_look) return unseen(user_id);
  const tells = state === "offline" && looking.shows_last_seen;
  const last_seen_at =
    tells && isAmong(person.last_seen, looking.is_contact) ? person.seen_at : null;
  return { user_id, state, last_seen_at, status };
}

/** Whether an audience takes somebody in. */
export function isAmong(audience: Settings["last_seen"], is_contact: boolean): boolean {
  switch (audience) {
    case "everyone":
      return true;
    case "contacts":
      return is_contact;
    case "nobody":
      return false;
    default:
      return unreachable(audience);
  }
}

/** A status that has run out is none, whether or not somebody has taken it away yet. */
export function statusAt(status: Status | null, now_ms: number): Status | null {
  return status && (status.until === null || status.until > now_ms) ? status : null;
}
