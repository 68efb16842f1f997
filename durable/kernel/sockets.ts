import { closes } from "../../schema/closes.ts";
import type { CloseName } from "../../schema/closes.ts";
import type { Encoding, Written } from "../../schema/encodings.ts";
import { sizeOf } from "../../schema/encodings.ts";
import { limits } from "../../schema/limits.ts";
import { createBroadcasts } from "./broadcasts.ts";
import { codecs } from "./codecs.ts";
import type { Host, HostSocket } from "./host.ts";
import type { Session } from "./session.ts";
import { isDead, loadSession, saveSession } from "./session.ts";

/**
 * The sockets of one actor and their sessions. Attachments are read once after a wake and kept here:
 * reading a thousand of them at every flush would cost more than the sends.
 * Frames come as values, and are encoded here: for everyone once in each encoding that somebody here speaks.
 */
export interface Sockets<F extends object> {
  add(socket: HostSocket, session: Session): void;
  session(socket: HostSocket): Session | null;
  update(socket: HostSocket, session: Session): void;
  drop(socket: HostSocket): void;
  /** Says how large the frame was; 0 where there was nobody any more. */
  send(socket: HostSocket, frame: F): number;
  /**
   * What everyone who is live hears, up to this seq of the log, but for those who hear it in another form. Readers who are
   * too slow are closed instead.
   */
  sendToLive(frame: F, through_seq: number, but?: Skipped): void;
  /** The reader has everything through this seq. One that is further than the log is not to be passed on to here. */
  acked(socket: HostSocket, seq: number): void;
  close(socket: HostSocket, name: CloseName): void;
  closeOf(user_id: string, name: CloseName): void;
  closeDevice(user_id: string, device_id: string, name: CloseName): void;
  /** Closes those that have been silent for too long; says whose they were. */
  closeDead(now_ms: number): Session[];
  /** Every session with its socket. */
  all(): [HostSocket, Session][];
  countOf(user_id: string): number;
}

type Skipped = Pick<ReadonlyMap<HostSocket, unknown>, "has">;

/** A socket's session, and how far its reader is, in bytes. */
interface Open {
  session: Session;
  /** Of what was told to everyone in its encoding. */
  acked: number;
  /** What was sent to it alone since its reader last acknowledged anything. */
  answered: number;
}

/**
 * `endOf` is asked once for each socket after a wake: whoever has lost the right to be here meanwhile is closed with
 * what it says, and null lets them stay.
 * `dropped` hears of every session that ends after it was here, whichever side ended it; with `lost` where it ended
 * while it was told something, which nobody else knows then.
 */
export function createSockets<F extends object>(
  host: Host,
  endOf: (session: Session) => CloseName | null,
  dropped: (session: Session, socket: HostSocket, lost: boolean) => void = () => {},
): Sockets<F> {
  let sessions: Map<HostSocket, Open> | null = null;
  const written_before = { json: new WeakMap<F, Written>(), cbor: new WeakMap<F, Written>() };
  const broadcasts = { json: createBroadcasts(), cbor: createBroadcasts() };

  const known = (): Map<HostSocket, Open> => {
    if (sessions) return sessions;
    sessions = new Map();
    for (const socket of host.sockets.all()) {
      const session = loadSession(socket);
      // Without a session nothing sensible can be said on it: the client comes back with a new one.
      const end = session ? endOf(session) : "restarting";
      if (session && end === null) sessions.set(socket, { session, acked: 0, answered: 0 });
      else shut(socket, end ?? "restarting");
    }
    return sessions;
  };

  const drop = (socket: HostSocket, lost = false): void => {
    const open = known().get(socket);
    if (!open) return;
    known().delete(socket);
    dropped(open.session, socket, lost);
  };

  const write = (socket: HostSocket, data: Written): void => {
    try {
      socket.send(data);
    } catch (error) {
      // A socket that is closing refuses a send. Its reader resumes elsewhere; the others are not concerned.
      drop(socket, true);
      host.log("debug", "socket.send_failed", { reason: String(error) });
    }
  };

  /** Whether the reader is so far behind that nothing more is put in their way; then the socket is closed. */
  const losesSlow = (socket: HostSocket, open: Open): boolean => {
    const { socket_id, encoding, caller, state } = open.session;
    const told = state === "live" ? broadcasts[encoding].total - open.acked : 0;
    if (told + open.answered <= limits.unacked_bytes) return false;
    drop(socket, true);
    shut(socket, "slow");
    host.log("info", "socket.slow", { socket_id, request_id: caller.request_id });
    return true;
  };

  /** A frame that is told to one after the other, as they come, is written once. */
  const encoded = (frame: F, encoding: Encoding): Written => {
    const known = written_before[encoding].get(frame);
    if (known !== undefined) return known;
    const data = codecs[encoding].encode(frame);
    written_before[encoding].set(frame, data);
    return data;
  };

  const close = (socket: HostSocket, name: CloseName): void => {
    drop(socket);
    shut(socket, name);
  };

  const all = (): [HostSocket, Session][] =>
    [...known()].map(([socket, { session }]) => [socket, session]);

  return {
    add(socket, session) {
      // Saved first: the look at all sockets after a wake finds this one too, and must know whose it is.
      saveSession(socket, session);
      known().set(socket, { session, acked: 0, answered: 0 });
    },
    session: (socket) => known().get(socket)?.session ?? null,
    update(socket, session) {
      saveSession(socket, session);
      const open = known().get(socket);
      if (!open) return;
      // What was told before a socket went live was not told to it.
      if (open.session.state !== "live") open.acked = broadcasts[session.encoding].total;
      open.session = session;
    },
    drop: (socket) => drop(socket),
    send(socket, frame) {
      const open = known().get(socket);
      if (!open || losesSlow(socket, open)) return 0;
      const data = encoded(frame, open.session.encoding);
      open.answered += sizeOf(data);
      write(socket, data);
      return sizeOf(data);
    },
    sendToLive(frame, through_seq, but) {
      const written = new Map<Encoding, Written>();
      for (const [socket, open] of known()) {
        const { state, encoding } = open.session;
        if (state !== "live" || but?.has(socket) || losesSlow(socket, open)) continue;
        let data = written.get(encoding);
        if (data === undefined) written.set(encoding, (data = encoded(frame, encoding)));
        write(socket, data);
      }
      for (const [encoding, data] of written) broadcasts[encoding].add(sizeOf(data), through_seq);
    },
    acked(socket, seq) {
      const open = known().get(socket);
      if (!open) return;
      const total = broadcasts[open.session.encoding].totalAt(seq);
      open.acked = Math.max(open.acked, total ?? 0);
      // A line keeps its order: what was answered before the reader came so far has come as well.
      open.answered = 0;
    },
    close,
    countOf(user_id) {
      let count = 0;
      for (const { session } of known().values())
        if (session.caller.user_id === user_id) count += 1;
      return count;
    },
    closeOf(user_id, name) {
      for (const [socket, { caller }] of all()) if (caller.user_id === user_id) close(socket, name);
    },
    closeDevice(user_id, device_id, name) {
      for (const [socket, { caller }] of all())
        if (caller.user_id === user_id && caller.device_id === device_id) close(socket, name);
    },
    closeDead(now_ms) {
      const dead = all().filter(([socket, session]) => isDead(socket, session, now_ms));
      for (const [socket] of dead) close(socket, "restarting");
      return dead.map(([, session]) => session);
    },
    all,
  };
}

function shut(socket: HostSocket, name: CloseName): void {
  try {
    socket.close(closes[name].code, closes[name].text);
  } catch {
    // Closed already: that is what was wanted.
  }
}
