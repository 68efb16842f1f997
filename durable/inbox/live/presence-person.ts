import type { UserId } from "../../../schema/ids.ts";
import { limits } from "../../../schema/limits.ts";
import type { HostSocket } from "../../kernel/host.ts";
import type { Session } from "../../kernel/session.ts";
import { heardAt, isDead } from "../../kernel/session.ts";
import type { InboxContext } from "../context.ts";
import type { Life, Person } from "../rules/presence.ts";
import { nextDeath, stateFrom, statusAt } from "../rules/presence.ts";
import { isQuiet, nextQuietChange } from "../rules/quiet-hours.ts";
import { stateOf } from "../rules/contact.ts";
import type { Frozen } from "../stores/blocks.ts";
import { blocks } from "../stores/blocks.ts";
import { selfStore } from "../stores/self.ts";
import { settingsStore } from "../stores/settings.ts";
import { wishes } from "../stores/wishes.ts";

/** The sockets that still give a sign of life. */
export function living({ host, sockets }: InboxContext): Life[] {
  const now = host.now();
  return sockets
    .all()
    .filter(([socket, session]) => !isDead(socket, session, now))
    .map(([socket, session]) => ({
      heard_at: heardAt(socket, session),
      idle: session.idle_since !== null,
    }));
}

/** This person as they are now. */
export function personOf(context: InboxContext): Person {
  const { host, user_id } = context;
  const now = host.now();
  const { mode, status } = selfStore.get(host.sql);
  const { last_seen, quiet_hours } = settingsStore.get(host.sql);
  const quiet = quiet_hours !== null && isQuiet(quiet_hours, now);
  return {
    user_id,
    state: stateFrom(mode, quiet, living(context)),
    seen_at: lastVisit(context) || null,
    status: statusAt(status, now),
    last_seen,
  };
}

/** As whoever goes now is seen by those whom they leave behind. */
export function asLeftBehind(context: InboxContext): Frozen {
  const { state, seen_at, status } = personOf(context);
  return { seen_at: state === "offline" ? seen_at : context.host.now(), status };
}

/** This person to somebody whom they have blocked: as they were then, gone. */
export function personBefore(context: InboxContext, { seen_at, status }: Frozen): Person {
  const now = context.host.now();
  return { ...personOf(context), state: "offline", seen_at, status: statusAt(status, now) };
}

/** When time alone could next make a difference to those who look; null for never. */
export function nextChange(context: InboxContext): number | null {
  const { sql, now } = context.host;
  const { mode } = selfStore.get(sql);
  if (mode === "invisible") return null;
  const { quiet_hours } = settingsStore.get(sql);
  const alive = living(context);
  const turn =
    mode === "auto" && quiet_hours !== null && alive.length > 0
      ? nextQuietChange(quiet_hours, now())
      : null;
  const changes = [nextDeath(alive, limits.dead_socket_ms), turn].filter((at) => at !== null);
  return changes.length > 0 ? Math.min(...changes) : null;
}

/** Writes down what is known of the last visit, before the sockets that tell it are gone. */
export function noteVisit(context: InboxContext): void {
  selfStore.seen(context.host.sql, lastVisit(context));
}

/** Sockets that went without a word are closed; what they tell of the last visit is written down first. */
export function endDead(context: InboxContext): Session[] {
  const { host, sockets } = context;
  const now = host.now();
  if (!sockets.all().some(([socket, session]) => isDead(socket, session, now))) return [];
  noteVisit(context);
  return sockets.closeDead(now);
}

/** A socket is going. Whoever was silent before was last here when they were last heard. */
export function noteEnd(context: InboxContext, session: Session, socket: HostSocket | null): void {
  const { sql, now } = context.host;
  if (selfStore.get(sql).mode === "invisible") return;
  const silent = socket !== null && isDead(socket, session, now());
  const at = silent ? heardAt(socket, session) : now();
  if (at > selfStore.visits(sql).visible_from) selfStore.seen(sql, at);
}

/** What was done while invisible stays so. */
function lastVisit({ host, sockets }: InboxContext): number {
  const { seen_at, visible_from } = selfStore.visits(host.sql);
  if (selfStore.get(host.sql).mode === "invisible") return seen_at;
  const heard = sockets
    .all()
    .map(([socket, session]) => heardAt(socket, session))
    .filter((at) => at > visible_from);
  return Math.max(seen_at, ...heard);
}

export function isContact({ host: { sql } }: InboxContext, user_id: UserId): boolean {
  return stateOf(wishes.pair(sql, user_id)) === "contact" && !blocks.has(sql, user_id);
}
