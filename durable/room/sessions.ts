import type { DeviceId, UserId } from "../../schema/ids.ts";
import { limits } from "../../schema/limits.ts";
import { atMost } from "../kernel/at-most.ts";
import type { HostSocket } from "../kernel/host.ts";
import type { Session } from "../kernel/session.ts";
import { planSilence, watchSilence } from "../kernel/silence.ts";
import { transact } from "../kernel/sql.ts";
import type { RoomContext } from "./context.ts";
import { isAnyoneDue, noteInboxes } from "./marks.ts";
import { endedDevices } from "./stores/ended-devices.ts";

/**
 * The sessions behind the sockets. Their end is told by the inbox; besides, they are looked at again on a timer, in case
 * it was not. The timer is there while there are sockets, and lies in storage, so a crash that takes the sockets leaves
 * it behind: that is how a room finds out that nobody looks at it any more.
 */
export const SESSIONS_TIMER = "sessions";

/** In the turn in which the actor wakes: sockets that went without a word leave their people to be told. */
export function wakeSessions(context: RoomContext): void {
  const { host, alarms } = context;
  if (!context.room() || !alarms.has(SESSIONS_TIMER) || host.sockets.all().length > 0) return;
  transact(host.sql, () => {
    alarms.set(SESSIONS_TIMER, null);
    noteInboxes(context);
  });
}

export function watchSessions({ host, alarms }: RoomContext): void {
  alarms.within(SESSIONS_TIMER, host.now() + limits.session_check_ms);
  watchSilence(alarms, host.now());
}

/** After sockets have closed, a turn later, so that however many cost one look: who looked away is told what followed. */
export function createDropped(context: RoomContext): () => void {
  const { host, alarms, sockets } = context;
  let waits = false;
  const settle = () => {
    waits = false;
    if (!context.room()) return;
    transact(host.sql, () => {
      if (sockets.all().length === 0) {
        alarms.set(SESSIONS_TIMER, null);
        planSilence(alarms, sockets);
      }
      if (isAnyoneDue(context)) noteInboxes(context);
    });
  };
  return () => {
    if (!waits) host.later(settle);
    waits = true;
  };
}

/** A device was signed out: its sockets go, and what it was given to open more of them holds no longer. */
export function endSession(context: RoomContext, user_id: UserId, device_id: DeviceId): void {
  if (!context.room()) return;
  const { host, sockets } = context;
  transact(host.sql, () => endedDevices.add(host.sql, device_id, host.now()));
  sockets.closeDevice(user_id, device_id, "signed_out");
}

/** Whether it is time to ask about a session again. One that was asked about lately waits for the next look. */
export function isToBeChecked({ checked_at }: Session, now_ms: number): boolean {
  return now_ms - checked_at >= limits.session_check_ms / 2;
}

/** Whether the inbox could not be asked about a session for so long that its device must come with a new ticket. */
export function isUncertain({ checked_at }: Session, now_ms: number): boolean {
  return now_ms - checked_at >= limits.session_check_ms * limits.session_checks_failed;
}

/** Closes what has been silent for too long, and says whose that was; that they look away is told as ever. */
export function checkSilence({ host, sockets, alarms }: RoomContext): Session[] {
  const dead = sockets.closeDead(host.now());
  transact(host.sql, () => planSilence(alarms, sockets));
  return dead;
}

export async function checkSessions(context: RoomContext): Promise<void> {
  const { host, sockets, alarms } = context;
  sockets.closeDead(host.now());
  const open = sockets.all();
  transact(host.sql, () => {
    const next = open.length > 0 ? host.now() + limits.session_check_ms : null;
    alarms.set(SESSIONS_TIMER, next);
    if (isAnyoneDue(context)) noteInboxes(context);
  });
  const asked = open.filter(([, session]) => isToBeChecked(session, host.now()));
  const devices = Map.groupBy(
    asked,
    ([, { caller }]) => `${caller.user_id} ${caller.device_id}` as const,
  );
  await atMost(limits.inboxes_at_once, [...devices.values()], (one) => checkDevice(context, one));
}

async function checkDevice(
  context: RoomContext,
  together: readonly [HostSocket, Session][],
): Promise<void> {
  const { host, peers, sockets } = context;
  const [first] = together;
  if (!first) return;
  const { user_id, device_id, request_id } = first[1].caller;
  const holds = await peers
    .inbox(user_id)
    .holds(device_id)
    .catch((error: unknown) => {
      host.log("warn", "session.unchecked", { request_id, reason: String(error) });
      return null;
    });
  for (const [socket] of together) {
    const session = sockets.session(socket);
    // Closed while the inbox was asked.
    if (!session) continue;
    if (holds === true) sockets.update(socket, { ...session, checked_at: host.now() });
    else if (holds === false) sockets.close(socket, "signed_out");
    else if (isUncertain(session, host.now())) sockets.close(socket, "restarting");
  }
}
