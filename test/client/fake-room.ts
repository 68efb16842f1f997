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
  ): { receipt: Receipt; replayed: boolean } | Refusal {
    const { command_id } = command;
    const known = this.#receipts.get(command_id);
    if (known !== undefined) return { receipt: known, replayed: true };
    const event = this.#effect(actor, command);
    if ("code" in event) return event;
    const { body: _body, salt: _salt, ...entry } = event;
    const receipt = { room_id: this.room_id, epoch: this.epoch, ...entry, head: this.head() };
    this.#receipts.set(command_id, receipt);
    return { receipt, replayed: false };
  }

  #effect(actor: UserId, command: OutboxCommand): LogEvent | Refusal {
    const { command_id } = command;
    if (command.type === "leave")
      return this.append("member.left", actor, command_id, { user_id: actor, heir: null });
    if (command.type === "send") {
      const message_id = command_id.replace("command", "message");
      return this.append("message.sent", actor, command_id, { message_id, text: command.text });
    }
    const { message_id } = command;
    const message = this.data().messages.find((one) => one.message_id === message_id);
    if (message === undefined) return refusal("not_found");
    if (message.author !== actor) return refusal("not_author");
    if (message.deleted_at !== null) return refusal("message_deleted");
    return command.type === "edit"
      ? this.append("message.edited", actor, command_id, { message_id, text: command.text })
      : this.append("message.deleted", actor, command_id, { message_id });
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

  data(): RoomData {
    return reduce(
      { ...emptyRoom(this.room_id), position: { epoch: this.epoch, seq: 0 } },
      this.events,
    );
  }

  snapshot(messages = 50): Snapshot {
    const data = this.data();
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

export const deviceOf = (user_id: UserId): DeviceId => deriveId("device", user_id);
