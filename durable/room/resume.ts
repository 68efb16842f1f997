import type { Down } from "../../schema/frames/down.ts";
import type { Position } from "../../schema/position.ts";
import { limits } from "../../schema/limits.ts";
import type { HostSocket } from "../kernel/host.ts";
import type { Outcome } from "../kernel/outcome.ts";
import { accepted, ended } from "../kernel/outcome.ts";
import type { Session } from "../kernel/session.ts";
import type { RoomContext } from "./context.ts";
import { headFor } from "./head.ts";
import { standingOf } from "./readers.ts";
import type { Reader } from "./reads.ts";
import { outline, reader } from "./reads.ts";
import { resumeFrom } from "../kernel/resume.ts";
import { shown } from "./shown.ts";
import { log } from "./stores/log.ts";
import { veiled } from "./veil.ts";
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
): Outcome<Down> {
  const read = reader(context, session.caller);
  if (read.kind === "refused") return ended("removed");
  const bounds = {
    position: { epoch: read.value.room.epoch, seq: read.value.head_seq },
    first_seq: read.value.first_seq,
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
): Outcome<Down> {
  const read = reader(context, session.caller);
  if (read.kind === "refused") return ended("removed");
  const { room, first_seq, head_seq } = read.value;
  const { sql } = context.host;
  const found = log.range(sql, {
    after: Math.max(after, first_seq - 1),
    through,
    limit: limits.page_events_max,
    max_bytes: limits.resume_bytes,
  });
  const events = veiled(sql, found, first_seq);
  const head = headFor(context, room, head_seq);
  return accepted({ type: "events", epoch: room.epoch, ref, events, head });
}

function eventsAfter(context: RoomContext, read: Reader, after: number): Down {
  const { room, first_seq, head_seq } = read;
  const { sql } = context.host;
  const found = log.range(sql, {
    after,
    through: head_seq,
    limit: limits.resume_events,
    max_bytes: Number.MAX_SAFE_INTEGER,
  });
  return {
    type: "events",
    epoch: room.epoch,
    events: veiled(sql, found, first_seq),
    head: headFor(context, room, head_seq),
    ...standingOf(context, read),
  };
}

function snapshot(context: RoomContext, read: Reader): Down {
  const { room, me, first_seq, head_seq } = read;
  const { sql } = context.host;
  const page = { first: first_seq, before: null, limit: limits.page_messages };
  const newest = shown(sql, messages.page(sql, page).messages, me.user_id);
  return {
    type: "snapshot",
    ...outline(context, room, head_seq),
    messages: newest,
    ...standingOf(context, read),
  };
}
