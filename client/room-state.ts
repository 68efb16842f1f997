import type { CommandId, MessageId, RoomId, UserId } from "../schema/ids.ts";
import type { Member } from "../schema/member.ts";
import type { Receipt } from "../schema/receipt.ts";
import type { Room } from "../schema/room.ts";
import type { ChannelStatus } from "./channel.ts";
import type { ShownMessage } from "./optimistic.ts";
import type { Proof } from "./proof.ts";
import type { Verdict } from "./verify.ts";

/** Everything that a view of a room needs, as one value that is never changed: a new one comes in its place. */
export interface RoomState {
  readonly room_id: RoomId;
  readonly me: UserId;
  readonly status: ChannelStatus;
  readonly room: Room | null;
  /** Null until the room has said hello. */
  readonly role: Member["role"] | null;
  readonly members: ReadonlyMap<UserId, Member>;
  readonly member_count: number;
  readonly messages: readonly ShownMessage[];
  /** Older messages can be asked for. */
  readonly has_earlier: boolean;
  readonly waiting_commands: number;
  readonly proof: Proof;
}

export interface RoomHandle {
  readonly room_id: RoomId;
  state(): RoomState;
  /** Called after every change, at most once a turn. Gives the way to end it. */
  subscribe(listener: (state: RoomState) => void): () => void;
  /** These give the command's id, or throw a QuothError for what the room would refuse anyway. */
  send(text: string): CommandId;
  edit(message_id: MessageId, text: string): CommandId;
  remove(message_id: MessageId): CommandId;
  leave(): CommandId;
  /** For a command that was refused. */
  retry(command_id: CommandId): void;
  discard(command_id: CommandId): void;
  loadEarlier(): Promise<void>;
  /** Everything up to this seq has been seen. */
  read(seq: number): void;
  /** Follows the chain under what is shown, or from the room's first event. */
  verify(from: "shown" | "first"): Promise<void>;
  /** The receipt of an own command, proved; null where this session holds none. */
  receipt(command_id: CommandId): Promise<{ receipt: Receipt; verdict: Verdict } | null>;
  /** The network is back, or someone looks again. */
  wake(): void;
  close(): void;
}
