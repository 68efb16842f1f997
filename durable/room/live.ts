import type { Caller } from "../../schema/caller.ts";
import type { LogEvent } from "../../schema/events.ts";
import type { Whispered } from "../../schema/frames/whisper.ts";
import type { MessageId, UserId } from "../../schema/ids.ts";
import { limits } from "../../schema/limits.ts";
import { createBudget } from "../kernel/budget.ts";
import type { HostSocket } from "../kernel/host.ts";
import type { Settled } from "../kernel/outcome.ts";
import { refused } from "../kernel/outcome.ts";
import type { Session } from "../kernel/session.ts";
import { loadSession } from "../kernel/session.ts";
import type { RoomContext } from "./context.ts";
import { createHere, HERE_TIMER } from "./live/here.ts";
import { createTyping, TYPING_TIMER } from "./live/typing.ts";
import type { Whispering } from "./live/whisper.ts";
import { whisper } from "./live/whisper.ts";

/** What is live in a room and not in its log: who types, who is here, and what is said to one person alone. */
export interface Live {
  typing(caller: Caller, on: boolean, parent: MessageId | null): Settled<null>;
  whisper(caller: Caller, whispering: Whispering): Settled<Whispered>;
  /** A socket has been brought up to the head, for the first time or again. */
  arrived(socket: HostSocket, is_new: boolean): void;
  /** A socket of which the room knew has ended. */
  dropped(session: Session): void;
  /** The platform says that a socket has closed. */
  closed(socket: HostSocket): void;
  /** After the commit. */
  happened(events: readonly LogEvent[]): void;
  /** Sockets were closed that had fallen silent. */
  died(dead: readonly Session[]): void;
  /** A member hides from the others, or shows themselves again. */
  hides(user_id: UserId): void;
  alarm(due: readonly string[]): void;
}

export interface LiveDeps {
  /** Who is here and does not want others to see it. */
  isHidden(user_id: UserId): boolean;
}

export function createLive(context: RoomContext, { isHidden }: LiveDeps): Live {
  const { host, sockets } = context;
  const typing = createTyping(context);
  const here = createHere(context, isHidden);
  const budget = createBudget({
    burst: limits.signals_burst,
    per_second: limits.signals_per_second,
  });
  /** Sockets that ended in this life and whose close the platform has yet to report. */
  const ended = new Set<string>();

  const within = <T>(caller: Caller, signal: () => Settled<T>): Settled<T> => {
    const wait_ms = budget.take(caller.user_id, host.now());
    return wait_ms > 0 ? refused("slow_down", { retry_after_ms: wait_ms }) : signal();
  };

  /** A turn later: a socket may end in the middle of anything, also while a dying room tells of what it has written. */
  let gone: Session[] = [];
  const note = (session: Session): void => {
    if (session.state !== "live") return;
    if (gone.length === 0) host.later(settleGone);
    gone.push(session);
  };
  const settleGone = (): void => {
    const sessions = gone;
    gone = [];
    if (!context.room()) return;
    for (const session of sessions) here.ended(session);
    const present = new Set(sockets.all().map(([, { caller }]) => caller.user_id));
    for (const { caller } of sessions)
      if (!present.has(caller.user_id)) typing.left(caller.user_id);
  };

  return {
    typing: ({ user_id, ...caller }, on, parent) =>
      within({ user_id, ...caller }, () => typing.says({ user_id, on, parent })),
    whisper: (caller, whispering) => within(caller, () => whisper(context, caller, whispering)),
    arrived(socket, is_new) {
      const session = sockets.session(socket);
      if (session?.state !== "live") return;
      settleGone();
      if (is_new) here.began(socket, session);
      here.show(socket);
      typing.arrived(socket, session.caller.user_id);
    },
    dropped(session) {
      ended.add(session.socket_id);
      note(session);
    },
    closed(socket) {
      // A room that sleeps is woken by the close, and finds the socket gone: what it was lies in its attachment.
      const session = sockets.session(socket) ? null : loadSession(socket);
      if (session && !ended.delete(session.socket_id)) note(session);
    },
    happened: (events) => typing.happened(events),
    died(dead) {
      settleGone();
      here.died(dead);
    },
    hides: (user_id) => here.changed(user_id),
    alarm(due) {
      if (due.includes(TYPING_TIMER)) typing.alarm();
      if (due.includes(HERE_TIMER)) here.tell();
    },
  };
}
