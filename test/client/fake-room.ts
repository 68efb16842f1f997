import { generateKeyPairSync, randomBytes, sign } from "node:crypto";
import { genesisHash, headStatement, linked, toBase64Url } from "../../schema/chain.ts";
import type { EventType, LogEvent } from "../../schema/events.ts";
import type { Events } from "../../schema/frames/events.ts";
import type { Snapshot } from "../../schema/frames/resume.ts";
import {
  deriveId,
  newId,
  type CommandId,
  type DeviceId,
  type Epoch,
  type RoomId,
  type UserId,
} from "../../schema/ids.ts";
import type { Head, PublicKey, Receipt } from "../../schema/receipt.ts";
import { refusal, type Refusal } from "../../schema/refusals.ts";
import type { OutboxCommand } from "../../client/outbox.ts";
import { emptyRoom, reduce, type RoomData } from "../../client/reduce.ts";
import type { Message } from "../../schema/message.ts";

const pair = generateKeyPairSync("ed25519");
const { x } = pair.publicKey.export({ format: "jwk" });
export const KEY_ID = "key-1";
export const publicKey: PublicKey = {
  kty: "OKP",
  crv: "Ed25519",
  kid: KEY_ID,
  x: x ?? "",
  use: "sig",
};

/** The smallest room that keeps its promises: a chained log, one effect for each command, signed heads. */
export class FakeRoom {
  readonly room_id: RoomId = newId("room");
  epoch: Epoch = newId("epoch");
  readonly events: LogEvent[] = [];
  readonly #now: () => number;
  readonly #receipts = new Map<CommandId, Receipt>();

  constructor(now: () => number, owner: UserId, ...members: UserId[]) {
    this.#now = now;
    const roles = [
      { user_id: owner, role: "owner" },
      ...members.map((user_id) => ({ user_id, role: "member" })),
    ];
    this.append("room.created", owner, newId("command"), {
      kind: "channel",
      name: "tea",
      topic: "",
      members: roles,
    });
  }

  append(
    type: EventType | (string & {}),
    actor: UserId,
    command_id: CommandId,
    body: Record<string, unknown>,
  ): LogEvent {
    const seq = this.events.length + 1;
    const salt = toBase64Url(randomBytes(16));
    const header = { seq, type, at: this.#now(), actor, device: deviceOf(actor), command_id };
    const prev_hash = this.events.at(-1)?.hash ?? genesisHash(this.room_id);
    const event = linked(prev_hash, header, { body, salt });
    this.events.push(event);
    return event;
  }

  says(actor: UserId, text: string): LogEvent {
    const command_id = newId("command");
    return this.append("message.sent", actor, command_id, {
      message_id: command_id.replace("command", "message"),
      text,
    });
  }

  command(
    actor: UserId,
    command: OutboxCommand,
  ): { receipt: Receipt | null; replayed: boolean } | Refusal {
    const { command_id } = command;
    const known = this.#receipts.get(command_id);
    if (known !== undefined) return { receipt: known, replayed: true };
    const event = this.#effect(actor, command);
    if (event === null) return { receipt: null, replayed: false };
    if ("code" in event) return event;
    const { body: _body, salt: _salt, ...entry } = event;
    const receipt = { room_id: this.room_id, epoch: this.epoch, ...entry, head: this.head() };
    this.#receipts.set(command_id, receipt);
    return { receipt, replayed: false };
  }

  #effect(actor: UserId, command: OutboxCommand): LogEvent | Refusal | null {
    const { type, command_id, ...said } = command;
    if (type === "leave")
      return this.append("member.left", actor, command_id, { user_id: actor, heir: null });
    if (type === "send") {
      const message_id = command_id.replace("command", "message");
      return this.append("message.sent", actor, command_id, { message_id, ...said });
    }
    if (type === "change") return this.append("room.changed", actor, command_id, said);
    if (!("message_id" in command)) return refusal("not_allowed");
    const message = this.data(actor).messages.find((one) => one.message_id === command.message_id);
    if (message === undefined) return refusal("not_found");
    const event = effectOn(message, actor, command);
    return event === null || typeof event === "object"
      ? event
      : this.append(event, actor, command_id, this.#saidBy(command, message));
  }

  /** What is taken back reads as it was sent: this room forgets what it was told to, but not that. */
  #saidBy(command: OutboxCommand, { message_id, parent }: Message): Record<string, unknown> {
    const { type, command_id: _, ...said } = command;
    // Replies that are said in their thread only are not among the messages here.
    const stood = parent === null ? {} : { parent, in_room: true };
    if (type === "delete") return { ...said, ...stood };
    if (type !== "restore") return said;
    const sent = this.events.find(
      (event) => event.command_id === message_id.replace("message", "command"),
    );
    return { ...sent?.body, ...said, ...stood, edited_at: null };
  }

  head(seq = this.events.length): Head {
    const { room_id, epoch } = this;
    const head = { room_id, epoch, seq, hash: this.events[seq - 1]?.hash ?? "", key_id: KEY_ID };
    return { ...head, signature: toBase64Url(sign(null, headStatement(head), pair.privateKey)) };
  }

  frame(after: number, through = this.events.length, ref?: string): Events {
    const events = this.events.slice(after, through);
    const frame: Events = { type: "events", epoch: this.epoch, events, head: this.head() };
    return ref === undefined ? frame : { ...frame, ref };
  }

  data(reader: UserId = newId("user")): RoomData {
    return reduce(
      { ...emptyRoom(this.room_id, reader), position: { epoch: this.epoch, seq: 0 } },
      this.events,
    );
  }

  snapshot(messages = 50, reader?: UserId): Snapshot {
    const data = this.data(reader);
    if (data.room === null || data.position === null) throw new Error("a room has a creation");
    return {
      type: "snapshot",
      position: data.position,
      head: this.head(),
      room: data.room,
      members: [...data.members.values()],
      member_count: data.member_count,
      messages: data.messages.slice(-messages),
    };
  }
}

/** The event by which a command changes a message, null where it is so already, or why it cannot. */
function effectOn(
  { author, deleted_at, reactions, pinned_at }: Message,
  actor: UserId,
  command: OutboxCommand,
): EventType | Refusal | null {
  const { type } = command;
  const is_own = author === actor;
  if (type === "restore") return deleted_at === null ? refusal("restore_window_over") : restored;
  if ((type === "edit" || type === "delete") && !is_own) return refusal("not_author");
  if (deleted_at !== null) return refusal("message_deleted");
  if (type === "edit") return "message.edited";
  if (type === "delete") return "message.deleted";
  if (type === "pin") return pinned_at === null ? "message.pinned" : null;
  if (type === "unpin") return pinned_at === null ? null : "message.unpinned";
  if (type !== "react" && type !== "unreact") return refusal("unknown_command");
  const is_mine = reactions.some(({ emoji, mine }) => emoji === command.emoji && mine);
  if (type === "react") return is_mine ? null : "reaction.added";
  return is_mine ? "reaction.removed" : null;
}
const restored = "message.restored";

export const deviceOf = (user_id: UserId): DeviceId => deriveId("device", user_id);
