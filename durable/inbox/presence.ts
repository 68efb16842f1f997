import type { Watch } from "../../schema/frames/inbox/presence.ts";
import type { UserId } from "../../schema/ids.ts";
import type { Viewer } from "../../schema/inbox-rpc.ts";
import { limits } from "../../schema/limits.ts";
import type { Presence } from "../../schema/presence.ts";
import type { HostSocket } from "../kernel/host.ts";
import type { Session } from "../kernel/session.ts";
import { planSilence, SILENCE_TIMER, watchSilence } from "../kernel/silence.ts";
import { transact } from "../kernel/sql.ts";
import { createChanges } from "./changes.ts";
import { statusEnded } from "./commands/self.ts";
import type { InboxContext } from "./context.ts";
import { createLooks } from "./live/presence-looks.ts";
import { endDead, noteEnd } from "./live/presence-person.ts";
import { lookAround, presenceTimers, touched } from "./live/presence-timers.ts";
import { watches } from "./stores/watches.ts";
import { tell, unwatch, watch } from "./live/presence-told.ts";

/**
 * What is live about a person, and about those at whom they look (decision 0011). Nothing of it is in the log. Whatever
 * has to happen later is a named alarm, and what is remembered for it lies in storage: an inbox that nobody looks at
 * sleeps, and one that is evicted goes on where it was.
 */
export interface Live {
  /** A device says whether somebody uses it. */
  activity(socket: HostSocket, session: Session, idle: boolean): void;
  /** A device says whom it shows. */
  watchList(socket: HostSocket, session: Session, frame: Watch): void;
  opened(): void;
  /** With the socket, where there still is one: it knows when it was last heard of. */
  closed(session: Session, socket?: HostSocket): void;
  watch(viewer: Viewer): Presence;
  unwatch(viewer: UserId): void;
  seen(presence: Presence): void;
  alarm(due: string[]): Promise<void>;
  /** Something that decides who sees what is different: rooms, or whatever else. */
  changed(): void;
}

export function createPresence(context: InboxContext): Live {
  const { host, alarms, sockets } = context;
  const change = createChanges(context);
  const looks = createLooks(context);
  const endStatus = (): Promise<void> =>
    new Promise((resolve, reject) => {
      change({
        write: () => statusEnded(context),
        settle: (settled) =>
          settled.kind === "accepted" ? resolve() : reject(new Error(settled.refusal.code)),
      });
    });

  /** Looks for sockets that have fallen silent; whom only they showed is left when they do not come back. */
  const endSilent = (): void =>
    transact(host.sql, () => {
      const ended = endDead(context);
      planSilence(alarms, sockets);
      if (ended.length > 0) touched(context);
      if (ended.some(({ socket_id }) => watches.find(host.sql, socket_id)))
        alarms.within(presenceTimers.ask, host.now() + limits.watch_linger_ms);
    });

  return {
    activity(socket, session, idle) {
      if (idle === (session.idle_since !== null)) return;
      sockets.update(socket, { ...session, idle_since: idle ? host.now() : null });
      touched(context);
    },
    watchList: (_socket, session, frame) => looks.show(session, frame),
    opened() {
      if (!context.inbox()) return;
      watchSilence(alarms, host.now());
      touched(context);
    },
    closed(session, socket) {
      if (!context.inbox()) return;
      transact(host.sql, () => {
        noteEnd(context, session, socket ?? null);
        touched(context);
        if (watches.find(host.sql, session.socket_id))
          alarms.within(presenceTimers.ask, host.now() + limits.watch_linger_ms);
      });
    },
    watch: (viewer) => watch(context, viewer),
    unwatch: (viewer) => unwatch(context, viewer),
    seen: looks.seen,
    async alarm(due) {
      if (!context.inbox()) return;
      if (due.includes(SILENCE_TIMER)) endSilent();
      if (due.includes(presenceTimers.status)) await endStatus();
      if (due.includes(presenceTimers.frame)) looks.tellSockets();
      if (due.includes(presenceTimers.tell)) await tell(context);
      if (due.includes(presenceTimers.ask)) await looks.ask();
    },
    changed() {
      if (!context.inbox()) return;
      touched(context);
      lookAround(context);
    },
  };
}
