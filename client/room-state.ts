import type { CommandOf } from "../schema/commands.ts";
import type { CommandId, MessageId, RoomId, UserId } from "../schema/ids.ts";
import type { Member } from "../schema/member.ts";
import type { Role } from "../schema/permissions.ts";
import type { QueryAnswer, QueryType } from "../schema/queries.ts";
import type { Receipt } from "../schema/receipt.ts";
import type { Room } from "../schema/room.ts";
import type { Question } from "./asking.ts";
import type { ChannelStatus } from "./channel.ts";
import type { ShownMessage } from "./optimistic.ts";
import type { StoredCommand } from "./outbox.ts";
import type { Proof } from "./proof.ts";
import type { Verdict } from "./verify.ts";

/** Everything that a view of a room needs, as one value that is never changed: a new one comes in its place. */
export interface RoomState {
  readonly room_id: RoomId;
  readonly me: UserId;
  readonly status: ChannelStatus;
  readonly room: Room | null;
  /** Null until the room has said hello. */
  readonly role: Role | null;
  /** Until then one only reads; null where one may write, as far as it is known here. */
  readonly muted_until: number | null;
  readonly members: ReadonlyMap<UserId, Member>;
  readonly member_count: number;
  /** What is said in the room, and own replies that wait (`in_room: false` where they go into their thread only). */
  readonly messages: readonly ShownMessage[];
  /** Older messages can be asked for. */
  readonly has_earlier: boolean;
  readonly waiting_commands: number;
  /** What was refused for good, to be retried or discarded; what it was about may show no trace of it. */
  readonly refused: readonly StoredCommand[];
  readonly proof: Proof;
}

type Fields<T extends "send" | "change"> = Omit<CommandOf<T>, "type" | "command_id" | "text">;

/**
 * What can be wished of a room, each by its command's name. These give the command's id, or throw a QuothError for what
 * the room would refuse anyway; what becomes of it is seen in the state.
 */
export interface Wishes {
  send(text: string, more?: Fields<"send">): CommandId;
  forward(from_room: RoomId, from_message: MessageId): CommandId;
  edit(message_id: MessageId, text: string): CommandId;
  delete(message_id: MessageId): CommandId;
  restore(message_id: MessageId): CommandId;
  react(message_id: MessageId, emoji: string): CommandId;
  unreact(message_id: MessageId, emoji: string): CommandId;
  pin(message_id: MessageId): CommandId;
  unpin(message_id: MessageId): CommandId;
  /** Of the room: name, topic, description, guidelines, archived, settings. */
  change(changes: Fields<"change">): CommandId;
  role(user_id: UserId, role: Role): CommandId;
  /** Until a time; null ends it. */
  mute(user_id: UserId, muted_until: number | null): CommandId;
  remove(user_id: UserId): CommandId;
  leave(): CommandId;
  /** For a command that was refused. */
  retry(command_id: CommandId): void;
  discard(command_id: CommandId): void;
}

export interface RoomHandle extends Wishes {
  readonly room_id: RoomId;
  state(): RoomState;
  /** Called after every change, at most once a turn. Gives the way to end it. */
  subscribe(listener: (state: RoomState) => void): () => void;
  /** A question that changes nothing: a thread, the pins, former versions. Refused as `unavailable` without a line. */
  ask<T extends QueryType>(question: Question<T>): Promise<QueryAnswer<T>>;
  loadEarlier(): Promise<void>;
  /** Everything up to this seq has been seen. */
  read(seq: number): void;
  /** Follows the chain under what is shown, or from the first event that one may see. */
  verify(from: "shown" | "first"): Promise<void>;
  /** The receipt of an own command, proved; null where this session holds none. */
  receipt(command_id: CommandId): Promise<{ receipt: Receipt; verdict: Verdict } | null>;
  /** The network is back, or someone looks again. */
  wake(): void;
  close(): void;
}
