import type { RoomId, UserId } from "../schema/ids.ts";
import { limits } from "../schema/limits.ts";
import type { Presence } from "../schema/presence.ts";
import type { Clock } from "./clock.ts";

/** People come into sight and leave it by the dozen: what is looked at is said when it has come to rest. */
export const WATCH_GATHER_MS = 200;

export interface Watched {
  user_id: UserId;
  /** The room in which one meets them; null where they are contacts. */
  via: RoomId | null;
}

export interface WatchingDeps {
  clock: Clock;
  send(frame: { type: "watch"; users: Watched[] } | { type: "activity"; idle: boolean }): boolean;
}

/** Signals up and down: whom this device looks at, how they are, and whether anybody is at this device. */
export function createWatching({ clock, send }: WatchingDeps) {
  const lists = new Map<object, readonly Watched[]>();
  let presence: ReadonlyMap<UserId, Presence> = new Map();
  let told = "[]";
  let idle = false;
  let cancel: (() => void) | null = null;

  /** Whoever is in sight in two places is looked at once, as a contact where they are one. */
  function wanted(): Watched[] {
    const users = new Map<UserId, Watched>();
    for (const one of [...lists.values()].flat())
      if (one.via === null || !users.has(one.user_id)) users.set(one.user_id, one);
    return [...users.values()].slice(0, limits.watched_users);
  }

  function tell(): void {
    cancel?.();
    cancel = null;
    const users = wanted();
    const text = JSON.stringify(users);
    if (text !== told && send({ type: "watch", users })) told = text;
  }

  return {
    presence: () => presence,

    /** One list for each who asks; null takes it back. */
    watch(asker: object, users: readonly Watched[] | null): void {
      if (users === null) lists.delete(asker);
      else lists.set(asker, users);
      cancel ??= clock.after(WATCH_GATHER_MS, tell);
    },

    activity(now_idle: boolean): void {
      if (now_idle === idle) return;
      idle = now_idle;
      send({ type: "activity", idle });
    },

    /** A new line knows nothing of what was said on the one before. */
    online(): void {
      told = "[]";
      tell();
      if (idle) send({ type: "activity", idle });
    },

    heard(users: readonly Presence[]): void {
      presence = new Map([...presence, ...users.map((one) => [one.user_id, one] as const)]);
    },
  };
}
