import type { Caller } from "../../schema/caller.ts";
import type { LogEvent } from "../../schema/events.ts";
import { bodyOf } from "../../schema/events.ts";
import type { ReadAnswer } from "../../schema/http.ts";
import type { UserId } from "../../schema/ids.ts";
import { limits } from "../../schema/limits.ts";
import type { Settled } from "../kernel/outcome.ts";
import { accepted, refused } from "../kernel/outcome.ts";
import { transact } from "../kernel/sql.ts";
import type { RoomContext } from "./context.ts";
import { lookersOf, noteInboxes } from "./marks.ts";
import { reader } from "./reads.ts";
import { cursors } from "./stores/cursors.ts";
import { log } from "./stores/log.ts";

type Moves = ReadonlyMap<UserId, number>;

/**
 * What the events of one flush do to the cursors, inside its transaction. Whoever comes has read what was there before
 * them, and whoever sends has read what they answer. Says whether anybody came.
 */
export function moveCursors({ host: { sql } }: RoomContext, events: readonly LogEvent[]): boolean {
  const joined = new Map<UserId, number>();
  const left = new Map<UserId, number>();
  const sent = new Map<UserId, number>();
  for (const event of events) {
    const { seq } = event;
    if (event.type === "message.sent") sent.set(event.actor, seq);
    for (const user_id of whoCame(event)) {
      joined.set(user_id, seq);
      left.delete(user_id);
    }
    const gone = bodyOf(event, "member.left");
    if (gone) left.set(gone.user_id, seq);
  }
  if (joined.size > 0) cursors.join(sql, joined);
  if (sent.size > 0) cursors.advance(sql, sent);
  if (left.size > 0) cursors.leave(sql, left);
  return joined.size > 0;
}

function whoCame(event: LogEvent): UserId[] {
  const one = bodyOf(event, "member.added") ?? bodyOf(event, "member.joined");
  if (one) return [one.user_id];
  return (bodyOf(event, "room.created")?.members ?? []).map(({ user_id }) => user_id);
}

/** How far members say that they have read. */
export interface Reading {
  /** From a socket: what comes in one turn is written together. It has no answer, and what is lost is said again. */
  hears(user_id: UserId, seq: number): void;
  /** Over HTTP: written at once. */
  read(caller: Caller, seq: number): Settled<ReadAnswer>;
}

export function createReading(context: RoomContext): Reading {
  const { host } = context;
  let heard = new Map<UserId, number>();
  const write = () => {
    const moves = heard;
    heard = new Map();
    if (moves.size === 0) return;
    try {
      transact(host.sql, () => advance(context, moves));
    } catch (error) {
      host.log("error", "cursors.failed", { room_id: context.room_id, reason: String(error) });
    }
  };
  return {
    hears(user_id, seq) {
      if (heard.size === 0) host.later(write);
      heard.set(user_id, Math.max(seq, heard.get(user_id) ?? 0));
      if (heard.size >= limits.cursors_per_write) write();
    },
    read(caller, seq) {
      const found = reader(context, caller);
      if (found.kind === "refused") return found;
      const moved = transact(host.sql, () => {
        advance(context, new Map([[caller.user_id, seq]]));
        return cursors.of(host.sql, caller.user_id);
      });
      return moved ? accepted({ ...moved }) : refused("not_found");
    },
  };
}

/** Never beyond the head, and never back. The inboxes of those who moved are told, where it makes a difference. */
function advance(context: RoomContext, moves: Moves): void {
  const { sql } = context.host;
  const head_seq = log.tail(sql)?.seq ?? 0;
  const bounded = new Map([...moves].map(([user_id, seq]) => [user_id, Math.min(seq, head_seq)]));
  const moved = cursors.advance(sql, bounded);
  if (moved.length === 0) return;
  const lookers = lookersOf(context);
  if (moved.some(({ user_id, marked_badge }) => marked_badge > 0 || !lookers.has(user_id)))
    noteInboxes(context);
}
