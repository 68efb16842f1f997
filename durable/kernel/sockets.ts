import { closes } from "../../schema/closes.ts";
import type { CloseName } from "../../schema/closes.ts";
import type { Host, HostSocket } from "./host.ts";
import type { Session } from "./session.ts";
import { isDead, loadSession, saveSession } from "./session.ts";

/**
 * The sockets of one actor and their sessions. Attachments are read once after a wake and kept here:
 * reading a thousand of them at every flush would cost more than the sends.
 */
export interface Sockets {
  add(socket: HostSocket, session: Session): void;
  session(socket: HostSocket): Session | null;
  update(socket: HostSocket, session: Session): void;
  drop(socket: HostSocket): void;
  send(socket: HostSocket, text: string): void;
  sendToLive(text: string): number;
  close(socket: HostSocket, name: CloseName): void;
  closeOf(user_id: string, name: CloseName): void;
  closeDevice(user_id: string, device_id: string, name: CloseName): void;
  /** Closes those that have been silent for too long; says whose they were. */
  closeDead(now_ms: number): Session[];
  /** Every session with its socket. */
  all(): [HostSocket, Session][];
  countOf(user_id: string): number;
}

/**
 * `endOf` is asked once for each socket after a wake: whoever has lost the right to be here meanwhile is closed with
 * what it says, and null lets them stay.
 * `dropped` hears of every session that ends after it was here, whichever side ended it.
 */
export function createSockets(
  host: Host,
  endOf: (session: Session) => CloseName | null,
  dropped: (session: Session) => void = () => {},
): Sockets {
  let sessions: Map<HostSocket, Session> | null = null;

  const known = (): Map<HostSocket, Session> => {
    if (sessions) return sessions;
    sessions = new Map();
    for (const socket of host.sockets.all()) {
      const session = loadSession(socket);
      // Without a session nothing sensible can be said on it: the client comes back with a new one.
      const end = session ? endOf(session) : "restarting";
      if (session && end === null) sessions.set(socket, session);
      else shut(socket, end ?? "restarting");
    }
    return sessions;
  };

  const drop = (socket: HostSocket): void => {
    const session = known().get(socket);
    if (!session) return;
    known().delete(socket);
    dropped(session);
  };

  const send = (socket: HostSocket, text: string): void => {
    try {
      socket.send(text);
    } catch (error) {
      // A socket that is closing refuses a send. Its reader resumes elsewhere; the others are not concerned.
      drop(socket);
      host.log("debug", "socket.send_failed", { reason: String(error) });
    }
  };

  const close = (socket: HostSocket, name: CloseName): void => {
    drop(socket);
    shut(socket, name);
  };

  return {
    add(socket, session) {
      // Saved first: the look at all sockets after a wake finds this one too, and must know whose it is.
      saveSession(socket, session);
      known().set(socket, session);
    },
    session: (socket) => known().get(socket) ?? null,
    update(socket, session) {
      saveSession(socket, session);
      known().set(socket, session);
    },
    drop,
    send,
    sendToLive(text) {
      let count = 0;
      for (const [socket, session] of known()) {
        if (session.state !== "live") continue;
        send(socket, text);
        count += 1;
      }
      return count;
    },
    close,
    countOf(user_id) {
      let count = 0;
      for (const session of known().values()) if (session.caller.user_id === user_id) count += 1;
      return count;
    },
    closeOf(user_id, name) {
      for (const [socket, session] of [...known()])
        if (session.caller.user_id === user_id) close(socket, name);
    },
    closeDevice(user_id, device_id, name) {
      for (const [socket, { caller }] of [...known()])
        if (caller.user_id === user_id && caller.device_id === device_id) close(socket, name);
    },
    closeDead(now_ms) {
      const dead = [...known()].filter(([socket, session]) => isDead(socket, session, now_ms));
      for (const [socket] of dead) close(socket, "restarting");
      return dead.map(([, session]) => session);
    },
    all: () => [...known()],
  };
}

function shut(socket: HostSocket, name: CloseName): void {
  try {
    socket.close(closes[name].code, closes[name].text);
  } catch {
    // Closed already: that is what was wanted.
  }
}
