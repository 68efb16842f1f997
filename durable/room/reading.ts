import type { Caller } from "../../schema/caller.ts";
import type { OwnCursor } from "../../schema/cursors.ts";
import type { LogEvent } from "../../schema/events.ts";
import { bodyOf, whoCame, whoWent } from "../../schema/events.ts";
import type { UserId } from "../../schema/ids.ts";
import { limits } from "../../schema/limits.ts";
import type { Settled } from "../kernel/outcome.ts";
import { accepted, refused } from "../kernel/outcome.ts";
import { transact } from "../kernel/sql.ts";
import type { RoomContext } from "./context.ts";
import { lookersOf, noteInboxes } from "./marks.ts";
import type { MovedCursors } from "./readers.ts";
import { createMovedCursors, showsReaders } from "./readers.ts";
import { reader } from "./reads.ts";
import { isJoinedOnly } from "./rules/history.ts";
import { badges } from "./stores/badges.ts";
import type { Move } from "./stores/cursors.ts";
import { cursors } from "./stores/cursors.ts";
import { log } from "./stores/log.ts";
import { messages } from "./stores/messages.ts";
import { preferences } from "./stores/preferences.ts";
import { threadFollows } from "./stores/thread-follows.ts";

/**
 * What the events of one flush do to what is the members' own, inside its transaction. Whoever comes has read what was
 * there before them, and whoever sends has read what they answer: in the room, or in a thread. What is sent `later` than it
 * was written says nothing of what its author has read. Says whether anybody came.
 */
export function moveCursors(
  context: RoomContext,
  events: readonly LogEvent[],
  later: ReadonlySet<number>,
): boolean {
  const { sql } = context.host;
  const joined = new Map<UserId, number>();
  const left = new Map<UserId, number>();
  const went = new Set<UserId>();
  const sent = new Map<UserId, Move>();
  for (const event of events) {
    const { seq } = event;
    if (isSaidInRoom(event) && !later.has(seq))
      sent.set(event.actor, { delivered_seq: seq, read_seq: seq });
    for (const { user_id } of whoCame(event)) {
      joined.set(user_id, seq);
      left.delete(user_id);
    }
    const gone = whoWent(event);
    if (gone) left.set(gone, seq);
    if (gone) went.add(gone);
  }
  if (joined.size > 0) cursors.join(sql, joined);
  if (sent.size > 0) cursors.advance(sql, sent);
  if (left.size > 0) cursors.leave(sql, left);
  if (went.size > 0) threadFollows.removeOf(sql, [...went]);
  if (went.size > 0) preferences.removeOf(sql, [...went]);
  for (const event of events) callPeople(context, event, later.has(event.seq));
  return joined.size > 0;
}

function isSaidInRoom(event: LogEvent): boolean {
  const body = bodyOf(event, "message.sent");
  return body !== null && (body.parent === undefined || body.in_room === true);
}

/**
 * A reply begins to be followed, and whoever is called by name is told of it in a room of any size. An ordinary message
 * does neither, and costs nothing here.
 */
function callPeople({ host: { sql } }: RoomContext, event: LogEvent, later: boolean): void {
  const { actor, seq } = event;
  const sent = bodyOf(event, "message.sent");
  const said = sent ?? bodyOf(event, "message.edited") ?? bodyOf(event, "message.restored");
  const called = said?.mentions?.users ?? [];
  if (called.length > 0) cursors.touch(sql, called);
  if (sent?.parent) threadFollows.begin(sql, { root: sent.parent, seq, actor, called, later });
  if (sent || called.length === 0 || !said) return;
  // Called only by how the message reads now.
  const message = messages.find(sql, said.message_id);
  if (message?.parent)
    threadFollows.begin(sql, {
      root: message.parent,
      seq: message.seq,
      actor: message.author,
      called,
      later,
    });
}

/** How far members say that they have received and read. */
export interface Reading {
  /** From a socket: what comes in one turn is written together. It has no answer, and what is lost is said again. */
  hears(user_id: UserId, move: Move): void;
  /** Over HTTP: written at once. Beyond the newest event it is all that there is. */
  read(caller: Caller, seq: number): Settled<OwnCursor>;
  /** Over HTTP, as from a socket. */
  delivered(caller: Caller, seq: number): Settled<null>;
  /** Tells those who look what has moved. */
  tell(): Promise<void>;
}

export function createReading(context: RoomContext): Reading {
  const { host } = context;
  const moved = createMovedCursors(context);
  let heard = new Map<UserId, Move>();
  const write = () => {
    const moves = heard;
    heard = new Map();
    if (moves.size === 0) return;
    try {
      transact(host.sql, () => advance(context, moved, moves));
    } catch (error) {
      host.log("error", "cursors.failed", { room_id: context.room_id, reason: String(error) });
    }
  };
  const hears = (user_id: UserId, move: Move): void => {
    if (heard.size === 0) host.later(write);
    heard.set(user_id, further(heard.get(user_id), move));
    if (heard.size >= limits.cursors_per_write) write();
  };
  return {
    hears,
    delivered(caller, delivered_seq) {
      const found = reader(context, caller);
      if (found.kind === "refused") return found;
      hears(caller.user_id, { delivered_seq, read_seq: 0 });
      return accepted(null);
    },
    read(caller, seq) {
      const found = reader(context, caller);
      if (found.kind === "refused") return found;
      const { room, me } = found.value;
      const own = transact(host.sql, () => {
        advance(
          context,
          moved,
          new Map([[me.user_id, { delivered_seq: 0, read_seq: seq, ends_mark: true }]]),
        );
        return badges.of(host.sql, me.user_id, isJoinedOnly(room));
      });
      return own ? accepted(own) : refused("not_found");
    },
    tell: async () => transact(host.sql, () => moved.tell()),
  };
}

const further = (known: Move | undefined, move: Move): Move => ({
  delivered_seq: Math.max(known?.delivered_seq ?? 0, move.delivered_seq),
  read_seq: Math.max(known?.read_seq ?? 0, move.read_seq),
  ends_mark: known?.ends_mark === true || move.ends_mark === true,
});

/**
 * Never beyond the head, and never back. The inboxes of those who moved are told, where it makes a difference. What was
 * only received is written where somebody may see it, and nowhere else.
 */
function advance(
  context: RoomContext,
  shown: MovedCursors,
  moves: ReadonlyMap<UserId, Move>,
): void {
  const { sql } = context.host;
  const head_seq = log.tail(sql)?.seq ?? 0;
  const is_shown = showsReaders(context);
  const bounded = [...moves]
    .map(([user_id, move]): [UserId, Move] => [
      user_id,
      {
        ...move,
        delivered_seq: is_shown ? Math.min(move.delivered_seq, head_seq) : 0,
        read_seq: Math.min(move.read_seq, head_seq),
      },
    ])
    .filter(([, { delivered_seq, read_seq }]) => delivered_seq > 0 || read_seq > 0);
  if (bounded.length === 0) return;
  const moved = cursors.advance(sql, new Map(bounded));
  if (moved.length === 0) return;
  const lookers = lookersOf(context);
  const makesADifference = moved.some(
    ({ user_id, marked_badge, is_untold }) =>
      is_untold === 1 && (marked_badge > 0 || !lookers.has(user_id)),
  );
  if (makesADifference) noteInboxes(context);
  shown.note(
    moved.map(({ user_id }) => user_id),
    lookers,
  );
}
