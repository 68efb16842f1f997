import type { Caller } from "../../schema/caller.ts";
import type { EventPage, MessagePage, RoomView } from "../../schema/http.ts";
import { limits } from "../../schema/limits.ts";
import type { Member } from "../../schema/member.ts";
import { may } from "../../schema/permissions.ts";
import type { Room } from "../../schema/room.ts";
import type { ArchiveStep, Watermark } from "../../schema/rpc.ts";
import type { Settled } from "../kernel/outcome.ts";
import { accepted, refused } from "../kernel/outcome.ts";
import type { RoomContext } from "./context.ts";
import { headFor } from "./head.ts";
import { firstSeqFor } from "./rules/history.ts";
import { shown } from "./shown.ts";
import { veiled } from "./veil.ts";
import { log } from "./stores/log.ts";
import { members } from "./stores/members.ts";
import { messages } from "./stores/messages.ts";
import type { RoomRow } from "./stores/room.ts";

export const ARCHIVE = "archive";

export interface Reader {
  room: RoomRow;
  me: Member;
  /** The first event that this reader may see. */
  first_seq: number;
  /** The newest seq. A room has at least the event that created it. */
  head_seq: number;
}

/** Who may read, and where the log stands; for everyone else there is nothing here. */
export function reader(context: RoomContext, caller: Pick<Caller, "user_id">): Settled<Reader> {
  const { sql } = context.host;
  const room = context.room();
  const me = room && members.find(sql, caller.user_id);
  if (!room || !me || !may(me.role, "room.read", room)) return refused("not_found");
  const first_seq = firstSeqFor(room, me);
  return accepted({ room, me, first_seq, head_seq: log.tail(sql)?.seq ?? 0 });
}

export function view(context: RoomContext, caller: Caller): Settled<RoomView> {
  const read = reader(context, caller);
  if (read.kind === "refused") return read;
  const { room, me, head_seq } = read.value;
  return accepted({ role: me.role, ...outline(context, room, head_seq) });
}

/** What a reader needs besides the messages. */
export function outline(context: RoomContext, room: RoomRow, head_seq: number) {
  const { sql } = context.host;
  return {
    room: withoutEpoch(room),
    position: { epoch: room.epoch, seq: head_seq },
    head: headFor(context, room, head_seq),
    members: members.first(sql, limits.snapshot_members),
    member_count: members.count(sql).members,
  };
}

export function messagePage(
  context: RoomContext,
  caller: Caller,
  { before, limit }: { before: number | null; limit: number },
): Settled<MessagePage> {
  const read = reader(context, caller);
  if (read.kind === "refused") return read;
  const { room, first_seq: first, head_seq } = read.value;
  const { sql } = context.host;
  const page = { first, before, limit: Math.min(limit, limits.page_messages_max) };
  const found = messages.page(sql, page);
  return accepted({
    position: { epoch: room.epoch, seq: head_seq },
    messages: shown(sql, found.messages, caller.user_id),
    before: found.more ? (found.messages[0]?.seq ?? null) : null,
  });
}

export function eventPage(
  context: RoomContext,
  caller: Caller,
  { after, limit }: { after: number; limit: number },
): Settled<EventPage> {
  const read = reader(context, caller);
  if (read.kind === "refused") return read;
  const { room, first_seq, head_seq } = read.value;
  const { sql } = context.host;
  const found = log.range(sql, {
    after: Math.max(after, first_seq - 1),
    through: head_seq,
    limit: Math.min(limit, limits.page_events_max),
    max_bytes: limits.resume_bytes,
  });
  const events = veiled(sql, found, first_seq);
  const last_seq = events.at(-1)?.seq ?? head_seq;
  return accepted({
    epoch: room.epoch,
    events,
    head: headFor(context, room, head_seq),
    first_seq,
    after: last_seq < head_seq ? last_seq : null,
  });
}

/**
 * The archive says how far it holds this room, and gets what comes next. What it holds is confirmed only if its
 * hash is the log's own: an archive with another history must not let the room forget its own.
 */
export function archiveStep(
  context: RoomContext,
  watermark: Watermark | null,
): Settled<ArchiveStep> | null {
  const { sql } = context.host;
  const room = context.room();
  if (!room) return null;
  const held = watermark?.epoch === room.epoch ? watermark : null;
  if (held) {
    if (log.at(sql, held.seq)?.hash !== held.hash) {
      context.host.log("error", "archive.history_differs", {
        room_id: room.room_id,
        seq: held.seq,
      });
      return refused("history_differs");
    }
    context.outbox.confirmed(ARCHIVE, held.seq);
  }
  const events = log.range(sql, {
    after: held?.seq ?? 0,
    through: Number.MAX_SAFE_INTEGER,
    limit: limits.archive_events,
    max_bytes: limits.archive_bytes,
  });
  return accepted({ room_id: room.room_id, epoch: room.epoch, events });
}

function withoutEpoch({ epoch: _, ...room }: RoomRow): Room {
  return room;
}
