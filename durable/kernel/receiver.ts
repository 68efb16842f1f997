import type * as v from "valibot";
import { sizeOf } from "../../schema/encodings.ts";
import type { Refused } from "../../schema/frames/reply.ts";
import { limits } from "../../schema/limits.ts";
import { refusal } from "../../schema/refusals.ts";
import { createBudget } from "./budget.ts";
import { codecs } from "./codecs.ts";
import type { Unread } from "./frames.ts";
import { decode } from "./frames.ts";
import type { Host, HostSocket } from "./host.ts";
import type { Outcome } from "./outcome.ts";
import { accepted, ended, ignored, refused } from "./outcome.ts";
import type { Session } from "./session.ts";
import type { Sockets } from "./sockets.ts";

/** One frame that was read, and where it came from. */
export interface Received<F> {
  readonly socket: HostSocket;
  readonly session: Session;
  readonly frame: F;
  readonly bytes: number;
}

/** Gives an answer that costs much, against the user's allowance of bytes. */
export type Reply<D> = (
  to: Pick<Received<unknown>, "socket" | "session">,
  answer: () => Outcome<D>,
  ref?: string,
) => Outcome<null>;

export interface Protocol<S extends v.GenericSchema, D> {
  readonly schema: S;
  readonly types: ReadonlySet<string>;
  handle(received: Received<v.InferOutput<S>>, reply: Reply<D>): Outcome<null>;
}

/** What sockets send, up to where it becomes a command. One bad frame costs one refusal, never the socket. */
export function createReceiver<S extends v.GenericSchema, D extends object>(
  host: Host,
  sockets: Sockets<D | Refused>,
  { schema, types, handle }: Protocol<S, D>,
) {
  const frames = createBudget({ burst: limits.frames_burst, per_second: limits.frames_per_second });
  const answers = createBudget({ burst: 1, per_second: limits.slow_down_answers_per_second });
  const answered = createBudget({
    burst: limits.answer_bytes_burst,
    per_second: limits.answer_bytes_per_second,
  });
  const bad = new Map<string, number>();

  const refuse = (socket: HostSocket, { socket_id, caller }: Session, unread: Unread): void => {
    sockets.send(socket, refusedFrame(unread));
    const { request_id } = caller;
    host.log("info", "frame.refused", { socket_id, request_id, code: unread.refusal.code });
  };

  /** A question costs little and its answer much: a user who has been told megabytes waits for the next. */
  const reply: Reply<D> = ({ socket, session }, answer, ref) => {
    const { user_id } = session.caller;
    const wait_ms = answered.take(user_id, host.now(), 0);
    if (wait_ms > 0) {
      const unread = { refusal: refusal("slow_down", { retry_after_ms: wait_ms }) };
      refuse(socket, session, ref === undefined ? unread : { ...unread, ref });
      return ignored;
    }
    const outcome = answer();
    if (outcome.kind !== "accepted") return outcome;
    answered.take(user_id, host.now(), sockets.send(socket, outcome.value));
    return accepted(null);
  };

  const step = (
    socket: HostSocket,
    session: Session,
    data: string | ArrayBuffer,
  ): Outcome<null> => {
    const wait_ms = frames.take(session.socket_id, host.now());
    if (wait_ms > 0) {
      // Refused before it is read, and told now and then only: an answer costs as much as a frame.
      if (answers.take(session.socket_id, host.now()) > 0) return ignored;
      return refused("slow_down", { retry_after_ms: wait_ms });
    }
    const decoded = decode(data, codecs[session.encoding], schema, types);
    if (!decoded.ok) {
      const count = (bad.get(session.socket_id) ?? 0) + 1;
      bad.set(session.socket_id, count);
      refuse(socket, session, decoded);
      return count >= limits.bad_frames ? ended("too_many_bad_frames") : ignored;
    }
    bad.delete(session.socket_id);
    return handle({ socket, session, frame: decoded.frame, bytes: sizeOf(data) }, reply);
  };

  return {
    receive(socket: HostSocket, data: string | ArrayBuffer): void {
      const session = sockets.session(socket);
      if (!session) return sockets.close(socket, "restarting");
      const outcome = step(socket, session, data);
      if (outcome.kind === "ended") sockets.close(socket, outcome.close);
      if (outcome.kind === "refused") refuse(socket, session, { refusal: outcome.refusal });
    },
    closed(socket: HostSocket, code: number): void {
      const session = sockets.session(socket);
      if (!session) return;
      bad.delete(session.socket_id);
      sockets.drop(socket);
      const { socket_id, caller } = session;
      host.log("info", "socket.closed", { socket_id, request_id: caller.request_id, code });
    },
  };
}

function refusedFrame({ refusal: why, command_id, ref }: Unread): Refused {
  const frame: Refused = { type: "refused", refusal: why };
  if (command_id !== undefined) frame.command_id = command_id;
  if (ref !== undefined) frame.ref = ref;
  return frame;
}
