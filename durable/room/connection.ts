import type { Command } from "../../schema/commands.ts";
import type { Down } from "../../schema/frames/down.ts";
import type { Up } from "../../schema/frames/up.ts";
import { UpSchema, upTypes } from "../../schema/frames/up.ts";
import type { Whispered } from "../../schema/frames/whisper.ts";
import { limits } from "../../schema/limits.ts";
import { refusal } from "../../schema/refusals.ts";
import type { Opening } from "../../schema/rpc.ts";
import type { HostSocket } from "../kernel/host.ts";
import type { Settled } from "../kernel/outcome.ts";
import { accepted, refused } from "../kernel/outcome.ts";
import { createReceiver } from "../kernel/receiver.ts";
import { newSession } from "../kernel/session.ts";
import type { Session } from "../kernel/session.ts";
import { takeTicket } from "../kernel/tickets.ts";
import type { RoomContext } from "./context.ts";
import { answerAsk } from "./asks.ts";
import { reader } from "./reads.ts";
import type { Reading } from "./reading.ts";
import type { Live } from "./live.ts";
import { answerGap, answerResume } from "./resume.ts";
import { watchSessions } from "./sessions.ts";
import { endedDevices } from "./stores/ended-devices.ts";
import { log } from "./stores/log.ts";

export type MemberCommand = Extract<Up, Command>;
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
  const { room, me, head_seq } = read.value;
  sockets.send(socket, {
    type: "hello",
    version,
    room_id,
    user_id: caller.user_id,
    device_id: caller.device_id,
    role: me.role,
    position: { epoch: room.epoch, seq: head_seq },
    at: host.now(),
    limits: { frame_bytes: limits.frame_bytes, text_bytes: limits.text_bytes },
  });
}

/** What members say on their sockets. */
export function createConnection(
  context: RoomContext,
  { reading, live, submit }: { reading: Reading; live: Live; submit: Submit },
) {
  const { host, sockets } = context;
  return createReceiver<typeof UpSchema, Down>(host, sockets, {
    schema: UpSchema,
    types: upTypes,
    handle({ socket, session, frame, bytes }, reply) {
      const from = { socket, session };
      switch (frame.type) {
        case "resume": {
          const answered = reply(from, () =>
            answerResume(context, socket, session, frame.position),
          );
          if (answered.kind === "accepted") live.arrived(socket, session.state !== "live");
          return answered;
        }
        case "gap":
          return reply(from, () => answerGap(context, session, frame), frame.ref);
        case "ask":
          return reply(from, () => answerAsk(context, session.caller, frame), frame.ref);
        case "read":
          reading.hears(session.caller.user_id, {
            delivered_seq: 0,
            read_seq: frame.seq,
            ends_mark: frame.ends_mark === true,
          });
          return accepted(null);
        case "delivered":
          reading.hears(session.caller.user_id, { delivered_seq: frame.seq, read_seq: 0 });
          return accepted(null);
        case "ack":
          acked(context, socket, frame.seq);
          return accepted(null);
        case "typing":
          // A signal has no answer, whatever became of it.
          live.typing(session.caller, frame.on, frame.parent ?? null);
          return accepted(null);
        case "whisper":
          sockets.send(
            socket,
            answerWhisper(context, live.whisper(session.caller, frame), frame.ref),
          );
          return accepted(null);
        default:
          submit(socket, session, frame, bytes);
          return accepted(null);
      }
    },
  });
}

/** What is said of a seq that is not in this log is about another, or about none. */
function acked({ host, sockets }: RoomContext, socket: HostSocket, seq: number): void {
  if (seq <= (log.tail(host.sql)?.seq ?? 0)) sockets.acked(socket, seq);
}

function answerWhisper(
  { host, room }: RoomContext,
  settled: Settled<Whispered>,
  ref: string,
): Down {
  if (settled.kind === "refused") return { type: "refused", ref, refusal: settled.refusal };
  const here = room();
  if (!here) return { type: "refused", ref, refusal: refusal("not_found") };
  const position = { epoch: here.epoch, seq: log.tail(host.sql)?.seq ?? 0 };
  return { type: "answer", ref, position, answer: settled.value };
}
