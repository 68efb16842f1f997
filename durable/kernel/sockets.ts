import { closes } from "../../schema/closes.ts";
import type { CloseName } from "../../schema/closes.ts";
import type { Host, HostSocket } from "./host.ts";
import type { Session } from "./session.ts";
import { loadSession, saveSession } from "./session.ts";

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
  countOf(user_id: string): number;
}

/** `stays` is asked once for each socket after a wake: whoever has lost the right to be here meanwhile is closed. */
export function createSockets(host: Host, stays: (session: Session) => boolean): Sockets {
  let sessions: Map<HostSocket, Session> | null = null;

  const known = (): Map<HostSocket, Session> => {
    if (sessions) return sessions;
    sessions = new Map();
    for (const socket of host.sockets.all()) {
      const session = loadSession(socket);
      // Without a session nothing sensible can be said on it: the client comes back with a new one.
      if (!session) shut(socket, "restarting");
      else if (stays(session)) sessions.set(socket, session);
      else shut(socket, "removed");
    }
    return sessions;
  };

  const send = (socket: HostSocket, text: string): void => {
    try {
      socket.send(text);
    } catch (error) {
      // A socket that is closing refuses a send. Its reader resumes elsewhere; the others are not concerned.
      known().delete(socket);
      host.log("debug", "socket.send_failed", { reason: String(error) });
    }
  };

  const close = (socket: HostSocket, name: CloseName): void => {
    known().delete(socket);
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
    drop: (socket) => void known().delete(socket),
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
  };
}

function shut(socket: HostSocket, name: CloseName): void {
  try {
    socket.close(closes[name].code, closes[name].text);
  } catch {
    // Closed already: that is what was wanted.
  }
}
