import type { InboxDown } from "../../schema/frames/inbox/down.ts";
import type { InboxUp } from "../../schema/frames/inbox/up.ts";
import { InboxUpSchema, inboxUpTypes } from "../../schema/frames/inbox/up.ts";
import type { InboxCommand } from "../../schema/inbox-commands.ts";
import { limits } from "../../schema/limits.ts";
import type { Position } from "../../schema/position.ts";
import type { Opening } from "../../schema/rpc.ts";
import type { HostSocket } from "../kernel/host.ts";
import type { Outcome, Settled } from "../kernel/outcome.ts";
import { accepted, ended, refused } from "../kernel/outcome.ts";
import type { Received, Reply } from "../kernel/receiver.ts";
import { createReceiver } from "../kernel/receiver.ts";
import { resumeFrom } from "../kernel/resume.ts";
import { newSession } from "../kernel/session.ts";
import { takeTicket } from "../kernel/tickets.ts";
import type { InboxContext } from "./context.ts";
import type { Live } from "./presence.ts";
import { endDead } from "./live/presence-person.ts";
import { holdsHere } from "./holds.ts";
import { stateOf } from "./state.ts";
import { log } from "./stores/log.ts";

/** Takes a command from a socket; the answer comes back to that socket. */
export type Submit = (received: Omit<Received<InboxCommand>, "bytes">) => void;

export function admit(context: InboxContext, opening: Opening): Settled<Opening> {
  const { caller, room_id } = opening;
  if (!context.inbox() || caller.user_id !== context.user_id) return refused("not_found");
  // A ticket for a room opens nothing here.
  if (room_id !== null) return refused("ticket_refused");
  if (!holdsHere(context.host, caller.device_id)) return refused("unauthenticated");
  endDead(context);
  return takeTicket(context.host, context.sockets, opening, limits.inbox_sockets);
}

/** A socket that was admitted and accepted: remembers whose it is, and says hello. */
export function welcome(context: InboxContext, socket: HostSocket, opening: Opening): void {
  const { host, sockets } = context;
  const { user_id, device_id, request_id } = opening.caller;
  const inbox = context.inbox();
  if (!inbox) return sockets.close(socket, "signed_out");
  const session = newSession(host, opening);
  sockets.add(socket, session);
  host.log("info", "socket.opened", { socket_id: session.socket_id, user_id, request_id });
  sockets.send(socket, {
    type: "hello",
    version: opening.version,
    user_id,
    device_id,
    position: { epoch: inbox.epoch, seq: log.bounds(host.sql).head_seq },
    at: host.now(),
    limits: { frame_bytes: limits.frame_bytes, text_bytes: limits.text_bytes },
  });
}

/** What devices say on their sockets. */
export function createConnection(context: InboxContext, live: Live, submit: Submit) {
  const handle = (received: Received<InboxUp>, reply: Reply<InboxDown>): Outcome<null> => {
    const { socket, session, frame } = received;
    switch (frame.type) {
      case "resume":
        return reply(received, () => answerResume(context, received, frame.position));
      case "ack":
        acked(context, socket, frame.seq);
        return accepted(null);
      case "activity":
        live.activity(socket, session, frame.idle);
        return accepted(null);
      case "watch":
        live.watchList(socket, session, frame);
        return accepted(null);
      default:
        submit({ socket, session, frame });
        return accepted(null);
    }
  };
  return createReceiver<typeof InboxUpSchema, InboxDown>(context.host, context.sockets, {
    schema: InboxUpSchema,
    types: inboxUpTypes,
    handle,
  });
}

/** What is said of a seq that is not in this log is about another, or about none. */
function acked({ host, sockets }: InboxContext, socket: HostSocket, seq: number): void {
  if (seq <= log.bounds(host.sql).head_seq) sockets.acked(socket, seq);
}

/** Brings a device to the head; in the same turn its socket goes live, so that nothing falls between the two. */
function answerResume(
  context: InboxContext,
  { socket, session }: Pick<Received<InboxUp>, "socket" | "session">,
  position: Position | null,
): Outcome<InboxDown> {
  const { sql } = context.host;
  const inbox = context.inbox();
  const state = inbox && stateAfter(context, position);
  if (!inbox || !state) return ended("signed_out");
  if (session.state !== "live") context.sockets.update(socket, { ...session, state: "live" });
  if (state.kind === "since") {
    const events = log.after(sql, state.after);
    return accepted({ type: "events", epoch: inbox.epoch, events });
  }
  return accepted({ type: "snapshot", state: state.value });
}

function stateAfter(context: InboxContext, position: Position | null) {
  const { sql } = context.host;
  const epoch = context.inbox()?.epoch;
  if (epoch === undefined) return null;
  const { first_seq, head_seq } = log.bounds(sql);
  const bounds = { position: { epoch, seq: head_seq }, first_seq, max_events: limits.inbox_events };
  const resumption = resumeFrom(position, bounds);
  if (resumption.kind === "since" && log.bytesAfter(sql, resumption.after) <= limits.resume_bytes)
    return resumption;
  const value = stateOf(context);
  return value && ({ kind: "start_over", value } as const);
}
