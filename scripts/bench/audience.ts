import type { Events } from "../../schema/frames/events.ts";
import type { CommandId, RoomId } from "../../schema/ids.ts";
import { limits } from "../../schema/limits.ts";

/** When each message of one room had reached everyone in it. */
export interface Tally {
  delivered: number;
  gaps: number;
  refused: number;
  flushes: number;
  events: number;
  bytes: number;
  latencies_ms: number[];
  last_receipt_ms: number;
}

const emptyTally = (): Tally => ({
  delivered: 0,
  gaps: 0,
  refused: 0,
  flushes: 0,
  events: 0,
  bytes: 0,
  latencies_ms: [],
  last_receipt_ms: 0,
});

/**
 * The sockets of one room. Reading a frame whole a thousand times would make the generator the thing that is
 * measured: so one socket, the witness, reads it whole, and the others only from which seq to which it goes.
 * All of them get the same frames, so a frame is known by its last seq.
 */
export class Audience {
  readonly room_id: RoomId;
  readonly sockets: WebSocket[] = [];
  readonly #size: number;
  /** Frames that not everyone has yet, by their last seq. */
  readonly #open = new Map<number, { receipts: number; due_ms: readonly number[] }>();
  readonly #due_ms = new Map<CommandId, number>();
  tally = emptyTally();

  constructor(room_id: RoomId, size: number) {
    this.room_id = room_id;
    this.#size = size;
  }

  add(socket: WebSocket): void {
    const isWitness = this.sockets.push(socket) === 1;
    let seq: number | null = null;
    // As the SDK does: who never says how far they are is closed as too slow, and not all say so in the same moment.
    let unacked_bytes = Math.floor((Math.random() * limits.ack_every_bytes) / 2);
    socket.addEventListener("message", ({ data }) => {
      if (data === "pong") return;
      if (typeof data !== "string" || !data.startsWith('{"type":"events"'))
        return this.#other(String(data));
      const first = numberAfter(data, data.indexOf('"seq":'));
      const last = numberAfter(data, data.lastIndexOf('"seq":'));
      if (seq !== null && first !== seq + 1) this.tally.gaps += 1;
      seq = last;
      unacked_bytes += data.length;
      if (unacked_bytes >= limits.ack_every_bytes) {
        unacked_bytes = 0;
        socket.send(JSON.stringify({ type: "ack", seq }));
      }
      this.#receipt(last, last - first + 1, isWitness ? data : null);
    });
  }

  /** A message that is due now is on its way; it counts from when it was due. */
  expect(command_id: CommandId, due_ms: number): void {
    this.#due_ms.set(command_id, due_ms);
  }

  /** Messages that have not reached everyone. */
  get outstanding(): number {
    let outstanding = this.#due_ms.size;
    for (const { due_ms } of this.#open.values()) outstanding += due_ms.length;
    return outstanding;
  }

  /** What was counted since the last time. What is still outstanding is forgotten. */
  take(): Tally {
    const { tally } = this;
    this.tally = emptyTally();
    this.#due_ms.clear();
    this.#open.clear();
    return tally;
  }

  #receipt(last: number, count: number, whole: string | null): void {
    const { tally } = this;
    tally.delivered += count;
    let frame = this.#open.get(last);
    if (!frame) this.#open.set(last, (frame = { receipts: 0, due_ms: [] }));
    frame.receipts += 1;
    if (whole !== null) frame.due_ms = this.#witness(whole);
    if (frame.receipts < this.#size) return;
    this.#open.delete(last);
    const now = performance.now();
    tally.last_receipt_ms = now;
    for (const due_ms of frame.due_ms) tally.latencies_ms.push(now - due_ms);
  }

  #witness(text: string): number[] {
    const { tally } = this;
    const { events } = JSON.parse(text) as Events;
    tally.flushes += 1;
    tally.events += events.length;
    tally.bytes += text.length;
    return events.flatMap(({ command_id }) => {
      const due_ms = this.#due_ms.get(command_id);
      this.#due_ms.delete(command_id);
      return due_ms === undefined ? [] : [due_ms];
    });
  }

  #other(data: string): void {
    if (data.startsWith('{"type":"refused"')) this.tally.refused += 1;
  }
}

function numberAfter(text: string, at: number): number {
  return Number.parseInt(text.slice(at + 6, at + 22), 10);
}
