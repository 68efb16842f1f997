import { chainFault, type ChainFault } from "../schema/chain.ts";
import type { LogEvent } from "../schema/events.ts";
import type { Events } from "../schema/frames/events.ts";
import type { Snapshot } from "../schema/frames/resume.ts";
import type { MessagePage } from "../schema/http.ts";
import type { RoomId, UserId } from "../schema/ids.ts";
import type { Message } from "../schema/message.ts";
import type { Position } from "../schema/position.ts";
import type { Head } from "../schema/receipt.ts";
import { emptyRoom, prepend, reduce, refresh, startOver, type RoomData } from "./reduce.ts";

/**
 * A reader's copy of one room's log. It takes frames as they come, late, twice or in the wrong order, and applies
 * each event once, in order, and only where the chain holds. What is ahead of a hole is held until the hole is filled.
 *
 * `hash` is that of the last applied event: with it, the next event proves itself and, by its head, all before it.
 */
export type LogFault = ChainFault | "head" | "fork" | "rollback";

export interface Taken {
  applied: readonly LogEvent[];
  /** The frame belongs to another life of the log: ask for everything anew. */
  stale: boolean;
  fault: { seq: number; kind: LogFault } | null;
}

export interface Missing {
  after: number;
  through: number;
  /** Something later has arrived. Otherwise it may only be on its way. */
  hole: boolean;
}

/** Applied events kept in order to check receipts, repeated events and older pages. */
export const TRAIL_EVENTS = 2_000;
/** How far ahead of a hole events are held. What comes beyond is dropped, and asked for when its turn has come. */
export const HELD_EVENTS = 4_000;

const nothing: Taken = { applied: [], stale: false, fault: null };

export type RoomLog = ReturnType<typeof createLog>;

export function createLog(room_id: RoomId, me: UserId) {
  let data: RoomData = emptyRoom(room_id, me);
  let hash: string | null = null;
  let verified_since: number | null = null;
  let trail: LogEvent[] = [];
  let held = new Map<number, LogEvent>();
  /** The newest head that was announced, and the newest that names an applied event's hash. */
  let announced: Head | null = null;
  let reached: Head | null = null;

  const seq = () => data.position?.seq ?? 0;

  function takeSnapshot(snapshot: Snapshot): Taken {
    const { position, head } = snapshot;
    if (
      head.room_id !== room_id ||
      snapshot.room.room_id !== room_id ||
      head.epoch !== position.epoch
    ) {
      return fault(position.seq, "head");
    }
    if (head.seq !== position.seq) return fault(position.seq, "head");
    const shrunk = data.position?.epoch === position.epoch && position.seq < seq();
    data = startOver(snapshot, me);
    hash = head.hash;
    verified_since = null;
    trail = [];
    held = new Map();
    announced = reached = head;
    // Within one epoch a log never gets shorter. There is nothing else to show than what is left of it.
    return shrunk ? fault(position.seq, "rollback") : nothing;
  }

  function takeEvents(frame: Events): Taken {
    if (data.position === null) return nothing;
    if (frame.epoch !== data.position.epoch) return { ...nothing, stale: true };
    if (frame.head.room_id !== room_id || frame.head.epoch !== frame.epoch)
      return fault(frame.head.seq, "head");
    for (const event of frame.events) {
      if (event.seq === frame.head.seq && event.hash !== frame.head.hash)
        return fault(event.seq, "head");
      if (event.seq > seq()) hold(event);
      else if ((eventAt(event.seq)?.hash ?? event.hash) !== event.hash)
        return fault(event.seq, "fork");
    }
    // The same seq again may bring the true signature after a forged one.
    if (frame.head.seq >= (announced?.seq ?? 0)) announced = frame.head;
    return applyHeld();
  }

  function hold(event: LogEvent): void {
    // Bounded by distance, not by count: the event that fills the hole must always find room.
    if (!held.has(event.seq) && event.seq <= seq() + HELD_EVENTS) held.set(event.seq, event);
  }

  function applyHeld(): Taken {
    const applied: LogEvent[] = [];
    let found: Taken["fault"] = null;
    let prev_hash = hash ?? "";
    for (let next = seq() + 1; ; next += 1) {
      const event = held.get(next);
      if (event === undefined) break;
      held.delete(next);
      const kind = chainFault(event, next, prev_hash);
      if (kind !== null) {
        found = { seq: next, kind };
        break;
      }
      prev_hash = event.hash;
      applied.push(event);
    }
    adopt(applied, prev_hash);
    return { applied, stale: false, fault: found ?? checkHead() };
  }

  function adopt(applied: readonly LogEvent[], last_hash: string): void {
    if (applied.length === 0) return;
    verified_since ??= applied[0]?.seq ?? null;
    data = reduce(data, applied);
    hash = last_hash;
    trail.push(...applied);
    // Cut in large steps, so that a busy room does not copy the whole trail for each event.
    if (trail.length > TRAIL_EVENTS * 2) trail = trail.slice(-TRAIL_EVENTS);
  }

  function checkHead(): Taken["fault"] {
    if (announced === null || announced.seq > seq()) return null;
    const known = announced.seq === seq() ? hash : eventAt(announced.seq)?.hash;
    if (known !== undefined && known !== announced.hash) {
      const at = announced.seq;
      announced = reached;
      return { seq: at, kind: "head" };
    }
    if (announced.seq >= (reached?.seq ?? 0)) reached = announced;
    return null;
  }

  function eventAt(at: number): LogEvent | undefined {
    const first = trail[0];
    return first === undefined ? undefined : trail[at - first.seq];
  }

  /** What was applied after a position, or null where the trail does not reach back to it. */
  function appliedAfter(position: Position): readonly LogEvent[] | null {
    if (position.epoch !== data.position?.epoch) return null;
    const later = trail.filter((event) => event.seq > position.seq);
    return later.length < seq() - position.seq ? null : later;
  }

  return {
    data: () => data,
    position: (): Position | null => data.position,
    hash: () => hash,
    head: () => reached,
    verifiedSince: () => verified_since,
    eventAt,
    take: (frame: Events | Snapshot): Taken =>
      frame.type === "snapshot" ? takeSnapshot(frame) : takeEvents(frame),

    /** A receipt's head says how far the log reaches, even where the events themselves were lost. */
    announce(head: Head): void {
      if (head.room_id !== room_id || head.epoch !== data.position?.epoch) return;
      if (head.seq > (announced?.seq ?? 0)) announced = head;
    },

    missing(): Missing | null {
      const after = seq();
      if (held.size > 0) return { after, through: Math.min(...held.keys()) - 1, hole: true };
      const through = announced?.seq ?? 0;
      return through > after ? { after, through, hole: false } : null;
    },

    /** False where the page is older than what the trail reaches back to: it has to be read again. */
    takePage(page: MessagePage): boolean {
      const later = appliedAfter(page.position);
      if (later === null) return false;
      data = prepend(data, page, later);
      return true;
    },

    /** The same of one message that could not be worked out. */
    takeMessage(message: Message, position: Position): boolean {
      const later = appliedAfter(position);
      if (later === null) return false;
      data = refresh(data, message, position.seq, later);
      return true;
    },

    /** Nothing can be learnt about it: then it stays as it is. */
    giveUp(message_id: Message["message_id"]): void {
      data = { ...data, unsure: new Set([...data.unsure].filter((one) => one !== message_id)) };
    },

    /** The chain was followed back to here by other means, see `audit.ts`. */
    provedSince(since: number): void {
      if (verified_since === null || since < verified_since) verified_since = since;
    },

    /** A new line answers from the position: what was ahead of it comes again. */
    forgetHeld(): void {
      held = new Map();
      announced = reached;
    },

    /** Another life of the log began: only a snapshot helps. */
    forgetPosition(): void {
      data = { ...data, position: null };
      hash = null;
    },
  };
}

function fault(seq: number, kind: LogFault): Taken {
  return { applied: [], stale: false, fault: { seq, kind } };
}
