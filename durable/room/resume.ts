import type { Position } from "../../schema/position.ts";
import { limits } from "../../schema/limits.ts";
import type { HostSocket } from "../kernel/host.ts";
import type { Outcome } from "../kernel/outcome.ts";
import { accepted, ended } from "../kernel/outcome.ts";
import type { Session } from "../kernel/session.ts";
import type { RoomContext } from "./context.ts";
import { encode } from "./emit.ts";
import { headFor } from "./head.ts";
import type { Reader } from "./reads.ts";
import { outline, reader } from "./reads.ts";
import { resumeFrom } from "../kernel/resume.ts";
import { log } from "./stores/log.ts";
import { messages } from "./stores/messages.ts";

/**
 * A client says where it stands. The answer brings it to the head, and in the same turn the socket goes live,
 * so that no event can fall between the two.
 */
export function answerResume(
  context: RoomContext,
  socket: HostSocket,
  session: Session,
  position: Position | null,
): Outcome<string> {
  const read = reader(context, session.caller);
  if (read.kind === "refused") return ended("removed");
  const bounds = {
    position: { epoch: read.value.room.epoch, seq: read.value.head_seq },
    first_seq: 1,
    max_events: limits.resume_events,
  };
  const resumption = resumeFrom(position, bounds);
  const since =
    resumption.kind === "since" &&
    log.bytesAfter(context.host.sql, resumption.after) <= limits.resume_bytes
      ? resumption.after
      : null;
  if (session.state !== "live") context.sockets.update(socket, { ...session, state: "live" });
  return accepted(
    since === null ? snapshot(context, read.value) : eventsAfter(context, read.value, since),
  );
}

/** A client misses the events between two that it has. It gets as many as fit, and asks again. */
export function answerGap(
  context: RoomContext,
  session: Session,
  { ref, after, through }: { ref: string; after: number; through: number },
): Outcome<string> {
  const read = reader(context, session.caller);
  if (read.kind === "refused") return ended("removed");
  const { room, head_seq } = read.value;
  const events = log.range(context.host.sql, {
    after,
    through,
    limit: limits.page_events_max,
    max_bytes: limits.resume_bytes,
  });
  const head = headFor(context, room, head_seq);
  return accepted(encode({ type: "events", epoch: room.epoch, ref, events, head }));
}

function eventsAfter(context: RoomContext, { room, head_seq }: Reader, after: number): string {
  const events = log.range(context.host.sql, {
    after,
    through: head_seq,
    limit: limits.resume_events,
    max_bytes: Number.MAX_SAFE_INTEGER,
  });
  return encode({
    type: "events",
    epoch: room.epoch,
    events,
    head: headFor(context, room, head_seq),
  });
}

function snapshot(context: RoomContext, { room, head_seq }: Reader): string {
  const page = messages.page(context.host.sql, { before: null, limit: limits.page_messages });
  return encode({ type: "snapshot", ...outline(context, room, head_seq), messages: page.messages });
}
