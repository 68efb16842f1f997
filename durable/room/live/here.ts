import type { Down } from "../../../schema/frames/down.ts";
import type { UserId } from "../../../schema/ids.ts";
import { limits } from "../../../schema/limits.ts";
import type { HostSocket } from "../../kernel/host.ts";
import type { Session } from "../../kernel/session.ts";
import { isDead } from "../../kernel/session.ts";
import type { RoomContext } from "../context.ts";
import type { Devices, Looking, Untold } from "../rules/here.ts";
import { allHere, asTold, changedHere, devicesOf } from "../rules/here.ts";
import { members } from "../stores/members.ts";
import { tellAllBut } from "./tell.ts";

/**
 * Who has the room open.
 *
 * It follows from the sockets, whose attachments outlive an eviction, so nothing of it is stored. What has changed and is
 * not told yet lies in memory, with a named timer in storage: a room that wakes for the timer and remembers nothing tells
 * everyone the whole. Whoever goes may come back for a while before it is told, so that a reload or a change of networks
 * is no news. Sockets that die in silence are found by the timer that every actor has for it, and told at once.
 */
export const HERE_TIMER = "here";

export function createHere(context: RoomContext, isHidden: (user_id: UserId) => boolean) {
  const { host, alarms, sockets } = context;
  const untold = new Map<UserId, Untold>();
  let told_at = 0;
  let waits = false;
  /** What others believe, until they are told more: many who come at once are shown the same. */
  let whole: Down | null = null;

  const looking = (): Looking[] => {
    const now = host.now();
    return sockets
      .all()
      .filter(([socket, session]) => session.state === "live" && !isDead(socket, session, now))
      .filter(([, { caller }]) => !isHidden(caller.user_id))
      .map(([, { caller }]) => caller);
  };

  /** The devices of one person on which the room is live, besides one socket. */
  const devicesBeside = (of: UserId, besides?: HostSocket): Set<string> => {
    const own = sockets
      .all()
      .filter(
        ([socket, { state, caller }]) =>
          state === "live" && caller.user_id === of && socket !== besides,
      );
    return new Set(own.map(([, { caller }]) => caller.device_id));
  };

  const note = (user_id: UserId, before: number, due_at: number): void => {
    const known = untold.get(user_id);
    untold.set(user_id, {
      before: known?.before ?? before,
      due_at: Math.min(known?.due_at ?? due_at, due_at),
    });
    // A turn later: what comes together is told together, and a socket may end in the middle of anything.
    if (!waits) host.later(settle);
    waits = true;
  };

  /** Tells what is due; what waits, in case it is taken back, goes on waiting. */
  const settle = (): void => {
    waits = false;
    if (!context.room()) return;
    const now = host.now();
    const was = new Map(untold);
    for (const [user_id, { due_at }] of was) if (due_at <= now) untold.delete(user_id);
    if (untold.size < was.size) {
      const devices = devicesOf(looking());
      const about = [...was.keys()].filter((user_id) => !untold.has(user_id));
      tell(asTold(devices, was), asTold(devices, untold), about);
    }
    const next = [...untold.values()].map(({ due_at }) => due_at);
    alarms.set(HERE_TIMER, next.length > 0 ? Math.min(...next) : null);
  };

  const tell = (was: Devices, is: Devices, about: readonly UserId[]): void => {
    whole = null;
    const frame = changedHere(was, is, about);
    if (!frame) return;
    told_at = host.now();
    tellAllBut(context, frame);
  };

  return {
    /** A socket has gone live. */
    began(socket: HostSocket, { caller: { user_id, device_id } }: Session): void {
      const others = devicesBeside(user_id, socket);
      if (!isHidden(user_id) && !others.has(device_id))
        note(user_id, others.size, Math.max(host.now(), told_at + limits.presence_gather_ms));
    },

    /** The whole, as everyone else has been told it. */
    show(socket: HostSocket): void {
      whole ??= allHere(asTold(devicesOf(looking()), untold));
      sockets.send(socket, whole);
    },

    /** A live socket has ended. */
    ended({ caller: { user_id, device_id } }: Session): void {
      const others = devicesBeside(user_id);
      if (isHidden(user_id) || others.has(device_id)) return;
      // Whoever has left the room does not come back to it.
      const lingers = members.find(host.sql, user_id) !== null;
      const wait_ms = lingers ? limits.here_linger_ms : 0;
      note(user_id, others.size + 1, host.now() + wait_ms);
    },

    /** Somebody hides, or shows themselves again. */
    changed(user_id: UserId): void {
      const { size } = devicesBeside(user_id);
      note(user_id, isHidden(user_id) ? size : 0, host.now());
    },

    /** Sockets have died in silence, which is told at once. */
    died(dead: readonly Session[]): void {
      const now = host.now();
      for (const { caller, state } of dead) {
        const known = untold.get(caller.user_id);
        if (known && state === "live") untold.set(caller.user_id, { ...known, due_at: now });
      }
      settle();
    },

    tell(): void {
      if (untold.size > 0) return settle();
      alarms.set(HERE_TIMER, null);
      whole = null;
      tellAllBut(context, allHere(devicesOf(looking())));
    },
  };
}
