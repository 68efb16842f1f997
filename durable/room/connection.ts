import type { CommandOf } from "../../schema/commands.ts";
import type { Up } from "../../schema/frames/up.ts";
import { UpSchema, upTypes } from "../../schema/frames/up.ts";
import { limits } from "../../schema/limits.ts";
import type { Opening } from "../../schema/rpc.ts";
import type { HostSocket } from "../kernel/host.ts";
import type { Settled } from "../kernel/outcome.ts";
import { accepted, refused } from "../kernel/outcome.ts";
import { createReceiver } from "../kernel/receiver.ts";
import { newSession } from "../kernel/session.ts";
import type { Session } from "../kernel/session.ts";
import { takeTicket } from "../kernel/tickets.ts";
import type { RoomContext } from "./context.ts";
import { encode } from "./emit.ts";
import { reader } from "./reads.ts";
import type { Reading } from "./reading.ts";
import { answerGap, answerResume } from "./resume.ts";
import { watchSessions } from "./sessions.ts";
import { endedDevices } from "./stores/ended-devices.ts";

export type MemberCommand = Extract<Up, CommandOf<"send" | "edit" | "delete" | "leave">>;
/** Takes a command from a socket; the answer comes back to that socket. */
export type Submit = (
  socket: HostSocket,
  session: Session,
  command: MemberCommand,
  bytes: number,
) => void;

export function admit(context: RoomContext, opening: Opening): Settled<Opening> {
  const read = reader(context, opening.caller);
  if (read.kind === "refused") return read;
  const { caller, room_id, ticket_expires_at } = opening;
  // A ticket for an inbox, or one that was given before its device was signed out.
  if (
    room_id !== read.value.room.room_id ||
    endedDevices.hasEnded(context.host.sql, caller.device_id, ticket_expires_at)
  )
    return refused("ticket_refused");
  return takeTicket(context.host, context.sockets, opening, limits.sockets_per_member);
}

/** A socket that was admitted and accepted: remembers whose it is, and says hello. */
export function welcome(context: RoomContext, socket: HostSocket, opening: Opening): void {
  const { host, room_id, sockets } = context;
  const { caller, version } = opening;
  const read = reader(context, caller);
  if (read.kind === "refused") return sockets.close(socket, "removed");
  const session = newSession(host, opening);
  sockets.add(socket, session);
  watchSessions(context);
  host.log("info", "socket.opened", {
    room_id,
    socket_id: session.socket_id,
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

/** What members say on their sockets. */
export function createConnection(context: RoomContext, reading: Reading, submit: Submit) {
  return createReceiver(context.host, context.sockets, {
    schema: UpSchema,
    types: upTypes,
    handle({ socket, session, frame, bytes }, reply) {
      const from = { socket, session };
      switch (frame.type) {
        case "resume":
          return reply(from, () => answerResume(context, socket, session, frame.position));
        case "gap":
          return reply(from, () => answerGap(context, session, frame), frame.ref);
        case "read":
          reading.hears(session.caller.user_id, frame.seq);
          return accepted(null);
        default:
          submit(socket, session, frame, bytes);
          return accepted(null);
      }
    },
  });
}
