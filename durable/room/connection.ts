import type { CommandOf } from "../../schema/commands.ts";
import type { Refused } from "../../schema/frames/reply.ts";
import type { Up } from "../../schema/frames/up.ts";
import { UpSchema, upTypes } from "../../schema/frames/up.ts";
import { ID_RANDOM_BYTES, makeId } from "../../schema/ids.ts";
import { limits } from "../../schema/limits.ts";
import { refusal } from "../../schema/refusals.ts";
import type { Opening } from "../../schema/rpc.ts";
import { createBudget } from "../kernel/budget.ts";
import type { Unread } from "../kernel/frames.ts";
import { decode } from "../kernel/frames.ts";
import type { HostSocket } from "../kernel/host.ts";
import type { Outcome, Settled } from "../kernel/outcome.ts";
import { accepted, ended, ignored, refused } from "../kernel/outcome.ts";
import type { Session } from "../kernel/session.ts";
import { transact } from "../kernel/sql.ts";
import type { RoomContext } from "./context.ts";
import { encode } from "./emit.ts";
import { reader } from "./reads.ts";
import { answerGap, answerResume } from "./resume.ts";
import { tickets } from "./stores/tickets.ts";

export type MemberCommand = Extract<Up, CommandOf<"send" | "edit" | "delete" | "leave">>;
/** Takes a command from a socket; the answer comes back to that socket. */
export type Submit = (
  socket: HostSocket,
  session: Session,
  command: MemberCommand,
  bytes: number,
) => void;

/** May this ticket open a socket here? It is taken with the question: a second one like it is refused. */
export function admit(context: RoomContext, opening: Opening): Settled<Opening> {
  const { sql, now } = { sql: context.host.sql, now: context.host.now() };
  const read = reader(context, opening.caller);
  if (read.kind === "refused") return read;
  if (opening.ticket_expires_at + limits.clock_skew_ms < now) return refused("ticket_refused");
  if (context.sockets.countOf(opening.caller.user_id) >= limits.sockets_per_member)
    return refused("too_many_sockets");
  const taken = transact(sql, () => {
    tickets.purge(sql, now - limits.clock_skew_ms);
    return tickets.take(sql, opening.ticket_id, opening.ticket_expires_at);
  });
  return taken ? accepted(opening) : refused("ticket_refused");
}

/** A socket that was admitted and accepted: remembers whose it is, and says hello. */
export function welcome(
  context: RoomContext,
  socket: HostSocket,
  { caller, version }: Opening,
): void {
  const { host, room_id, sockets } = context;
  const read = reader(context, caller);
  if (read.kind === "refused") return sockets.close(socket, "removed");
  const socket_id = makeId("socket", host.now(), host.random(ID_RANDOM_BYTES));
  sockets.add(socket, { v: 1, socket_id, caller, version, state: "waiting" });
  host.log("info", "socket.opened", {
    room_id,
    socket_id,
    user_id: caller.user_id,
    request_id: caller.request_id,
  });
  const { room, role, head_seq } = read.value;
  sockets.send(
    socket,
    encode({
      type: "hello",
      version,
      room_id,
      user_id: caller.user_id,
      device_id: caller.device_id,
      role,
      position: { epoch: room.epoch, seq: head_seq },
      at: host.now(),
      limits: { frame_bytes: limits.frame_bytes, text_bytes: limits.text_bytes },
    }),
  );
}

/** What sockets send, up to where it becomes a command. One bad frame costs one refusal, never the socket. */
export function createReceiver(context: RoomContext, submit: Submit) {
  const { host, sockets } = context;
  const frames = createBudget({ burst: limits.frames_burst, per_second: limits.frames_per_second });
  const answers = createBudget({ burst: 1, per_second: limits.slow_down_answers_per_second });
  const answered = createBudget({
    burst: limits.answer_bytes_burst,
    per_second: limits.answer_bytes_per_second,
  });
  const bad = new Map<string, number>();

  const refuse = (socket: HostSocket, session: Session, unread: Unread): void => {
    sockets.send(socket, encode(refusedFrame(unread)));
    const { socket_id, caller } = session;
    host.log("info", "frame.refused", {
      socket_id,
      request_id: caller.request_id,
      code: unread.refusal.code,
    });
  };

  /** A question costs little and its answer much: a user who has been told megabytes waits for the next. */
  const reply = (
    socket: HostSocket,
    session: Session,
    answer: () => Outcome<string>,
    ref?: string,
  ): Outcome<null> => {
    const { user_id } = session.caller;
    const wait_ms = answered.take(user_id, host.now(), 0);
    if (wait_ms > 0) {
      const unread = { refusal: refusal("slow_down", { retry_after_ms: wait_ms }) };
      refuse(socket, session, ref === undefined ? unread : { ...unread, ref });
      return ignored;
    }
    const outcome = answer();
    if (outcome.kind !== "accepted") return outcome;
    answered.take(user_id, host.now(), outcome.value.length);
    sockets.send(socket, outcome.value);
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
    const decoded = decode(data, UpSchema, upTypes);
    if (!decoded.ok) {
      const count = (bad.get(session.socket_id) ?? 0) + 1;
      bad.set(session.socket_id, count);
      refuse(socket, session, decoded);
      return count >= limits.bad_frames ? ended("too_many_bad_frames") : ignored;
    }
    bad.delete(session.socket_id);
    return handle(
      socket,
      session,
      decoded.frame,
      typeof data === "string" ? data.length : data.byteLength,
    );
  };

  const handle = (
    socket: HostSocket,
    session: Session,
    frame: Up,
    bytes: number,
  ): Outcome<null> => {
    switch (frame.type) {
      case "resume":
        return reply(socket, session, () => answerResume(context, socket, session, frame.position));
      case "gap":
        return reply(socket, session, () => answerGap(context, session, frame), frame.ref);
      default:
        submit(socket, session, frame, bytes);
        return accepted(null);
    }
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
