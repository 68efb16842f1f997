import { chainFault } from "../../../schema/chain.ts";
import type { LogEvent } from "../../../schema/events.ts";
import { bodyOf } from "../../../schema/events.ts";
import type { Down } from "../../../schema/frames/down.ts";
import type { Events } from "../../../schema/frames/events.ts";
import type { Snapshot } from "../../../schema/frames/resume.ts";
import type { CommandId, MessageId, UserId } from "../../../schema/ids.ts";
import { messageIdOf } from "../../../schema/ids.ts";
import type { Position } from "../../../schema/position.ts";
import type { Receipt } from "../../../schema/receipt.ts";
import type { Refusal } from "../../../schema/refusals.ts";
import { afterClose } from "../../../schema/closes.ts";
import type { LocalSocket } from "../../support/local-room.ts";
import { headIsSigned, userId } from "../../support/local-room.ts";

export interface Asked {
  type: string;
  command_id: `command_${string}`;
  [field: string]: unknown;
}

/** What the network carries for one client: each list is in no promised order. */
export interface Line {
  socket: LocalSocket;
  up: string[];
  down: Down[];
}

/** A client as simple as it can be and still be right: it holds what comes early, asks for gaps, and checks everything. */
export class SimulatedClient {
  readonly user_id: UserId;
  line: Line | null = null;
  position: Position | null = null;
  hash: string | null = null;
  readonly texts = new Map<MessageId, string | null>();
  readonly held = new Map<number, LogEvent>();
  readonly pending = new Map<string, Asked>();
  readonly receipts = new Map<string, Receipt[]>();
  /** How often the room heard each command: what it refused once it may do the next time, when others have done more. */
  readonly heard_by_room = new Map<string, number>();
  /** Commands that found things as they wanted them. */
  readonly had_nothing_to_do = new Set<string>();
  readonly refusals = new Map<string, Refusal>();
  /** Messages that the room has promised to send later. */
  readonly promised = new Set<CommandId>();
  /** Last seq of every frame of events that arrived unasked: each must lie in a time of membership. */
  readonly heard: number[] = [];
  gaps = 0;

  readonly name: string;

  constructor(name: string) {
    this.name = name;
    this.user_id = userId(name);
  }

  isHeard(command_id: unknown): void {
    if (typeof command_id !== "string") return;
    this.heard_by_room.set(command_id, (this.heard_by_room.get(command_id) ?? 0) + 1);
  }

  open(socket: LocalSocket): void {
    this.line = { socket, up: [], down: [] };
    this.line.up.push(JSON.stringify({ type: "resume", position: this.position }));
  }

  /** Moves what the room has sent onto the line. */
  collect(): void {
    if (!this.line) return;
    this.line.down.push(...this.line.socket.frames());
    const code = this.line.socket.closed?.code;
    if (code !== undefined && this.line.down.length === 0) {
      this.line = null;
      if (afterClose(code) === "stop") this.position = null;
    }
  }

  hears(frame: Down): void {
    switch (frame.type) {
      case "events":
        return this.#events(frame);
      case "snapshot":
        return this.#startOver(frame);
      case "accepted":
        return this.answered(frame.command_id, frame.receipt);
      case "refused":
        if (frame.command_id !== undefined) this.turnedDown(frame.command_id, frame.refusal);
    }
  }

  answered(command_id: CommandId, receipt: Receipt | null): void {
    const is_promise = this.pending.get(command_id)?.type === "schedule";
    this.pending.delete(command_id);
    if (is_promise) return void this.promised.add(command_id);
    if (!receipt) return void this.had_nothing_to_do.add(command_id);
    this.receipts.set(command_id, [...(this.receipts.get(command_id) ?? []), receipt]);
  }

  turnedDown(command_id: string, refusal: Refusal): void {
    if (refusal.retryable) return;
    this.pending.delete(command_id);
    this.refusals.set(command_id, refusal);
  }

  #events({ epoch, events, head, ref }: Events): void {
    const last = events.at(-1);
    if (last && ref === undefined) this.heard.push(last.seq);
    if (!headIsSigned(head)) throw new Error("a head is not signed");
    if (!this.position || this.position.epoch !== epoch) return;
    for (const event of events) if (event.seq > this.position.seq) this.held.set(event.seq, event);
    for (
      let next = this.held.get(this.position.seq + 1);
      next;
      next = this.held.get(this.position.seq + 1)
    ) {
      this.#apply(next);
    }
    const early = Math.min(...this.held.keys());
    if (this.held.size === 0) return;
    this.gaps += 1;
    this.line?.up.push(
      JSON.stringify({ type: "gap", ref: "gap", after: this.position.seq, through: early - 1 }),
    );
  }

  #apply(event: LogEvent): void {
    const { position } = this;
    if (!position || this.hash === null) throw new Error("applied before it knew where it stands");
    const fault = chainFault(event, position.seq + 1, this.hash);
    if (fault) throw new Error(`${this.name} was given a broken chain at ${event.seq}: ${fault}`);
    this.held.delete(event.seq);
    this.position = { ...position, seq: event.seq };
    this.hash = event.hash;
    if (event.type === "message.sent") {
      this.texts.set(messageIdOf(event.command_id), bodyOf(event, "message.sent")?.text ?? null);
    }
    const edited = bodyOf(event, "message.edited");
    if (edited) this.texts.set(edited.message_id, edited.text);
    const deleted = bodyOf(event, "message.deleted");
    if (deleted) this.texts.set(deleted.message_id, null);
    const restored = bodyOf(event, "message.restored");
    if (restored) this.texts.set(restored.message_id, restored.text);
  }

  #startOver({ position, head, messages }: Snapshot): void {
    if (
      this.position &&
      this.position.epoch === position.epoch &&
      this.position.seq >= position.seq
    )
      return;
    if (!headIsSigned(head) || head.seq !== position.seq)
      throw new Error("a snapshot without its head");
    this.position = position;
    this.hash = head.hash;
    this.held.clear();
    this.texts.clear();
    for (const message of messages) this.texts.set(message.message_id, message.text);
  }
}
