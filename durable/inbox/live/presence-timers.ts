import type { UserId } from "../../../schema/ids.ts";
import { limits } from "../../../schema/limits.ts";
import type { InboxContext } from "../context.ts";
import { watchers } from "../stores/watchers.ts";
import { watched } from "../stores/watches.ts";

/** The named alarms of presence. They lie in storage, so what waits for one outlives an eviction. */
export const presenceTimers = {
  /** To look at oneself, and to tell those who look what has changed. */
  tell: "presence.tell",
  /** To ask about the people whom the devices show. */
  ask: "presence.ask",
  /** To tell the devices what was heard. */
  frame: "presence.frame",
  /** When the status runs out. */
  status: "presence.status",
} as const;

/** This person may look different now, to some. It is told when it has gathered, and where nobody looks, never. */
export function touched({ host, alarms }: InboxContext): void {
  if (watchers.count(host.sql) === 0) return;
  alarms.within(presenceTimers.tell, host.now() + limits.presence_gather_ms);
}

/** What this person may see of another has changed. */
export function lookAgain({ host, alarms }: InboxContext, user_id: UserId): void {
  if (watched.renew(host.sql, user_id)) alarms.within(presenceTimers.ask, host.now());
}

/** What this person may see of others has changed: whoever is asked with other words than before is asked now. */
export function lookAround({ host, alarms }: InboxContext): void {
  if (watched.nextRenewal(host.sql) === null) return;
  alarms.within(presenceTimers.ask, host.now() + limits.presence_gather_ms);
}
