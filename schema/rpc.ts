import type { Caller } from "./caller.ts";
import type { Encoding } from "./encodings.ts";
import type { LogEvent } from "./events.ts";
import type { EventPage, MessagePage, ReadAnswer, ReceiptAnswer, RoomView } from "./http.ts";
import type { Whispered } from "./frames/whisper.ts";
import type { DeviceId, Epoch, MessageId, RoomId, UserId } from "./ids.ts";
import type { Large } from "./message.ts";
import type { MemberPreferences } from "./preferences.ts";
import type { Refusal } from "./refusals.ts";

/** What the Worker and the consumers ask of actors. Refusals are values; only what nobody expected throws. */
export type Answer<T> = { ok: true; value: T } | { ok: false; refusal: Refusal };

/** How far the archive holds a room. The hash lets the room see that it holds the same history. */
export interface Watermark {
  epoch: Epoch;
  seq: number;
  hash: string;
}

/** The next events for the archive, after its watermark; none where it has caught up. */
export interface ArchiveStep {
  room_id: RoomId;
  epoch: Epoch;
  events: LogEvent[];
}

/** What the Worker has seen to, and no client can say: the file in which a text lies that is too long for an event. */
export interface Brought {
  large?: Large;
}

export interface RoomRpc {
  command(caller: Caller, command: unknown, brought?: Brought): Promise<Answer<ReceiptAnswer>>;
  /** A question that changes nothing: see queries.ts. The answer is of the question's type. */
  ask(caller: Caller, query: unknown): Promise<Answer<unknown>>;
  view(caller: Caller): Promise<Answer<RoomView>>;
  messages(
    caller: Caller,
    page: { before: number | null; limit: number },
  ): Promise<Answer<MessagePage>>;
  events(caller: Caller, page: { after: number; limit: number }): Promise<Answer<EventPage>>;
  /** From the archive only: confirms what it holds, and gives what comes next. Null where there is no such room. */
  archive(watermark: Watermark | null): Promise<Answer<ArchiveStep> | null>;
  /** A device has been signed out: its sockets here are closed. */
  endSession(user_id: UserId, device_id: DeviceId): Promise<void>;
  /** How far this member has read. It only grows; what is behind changes nothing, and beyond the newest is all of it. */
  read(caller: Caller, seq: number): Promise<Answer<ReadAnswer>>;
  /** What the inbox says of this member. What is not newer than what is known changes nothing. */
  prefers(user_id: UserId, preferences: MemberPreferences): Promise<void>;
  /** Says that the caller types here, or has stopped: in the room, or in a message's thread. */
  typing(caller: Caller, on: boolean, parent?: MessageId): Promise<Answer<null>>;
  /** Says something to one member alone, where they have the room open. */
  whisper(caller: Caller, whisper: { to: UserId; text: string }): Promise<Answer<Whispered>>;
  /** From the user's inbox only: how many sockets they have here now. */
  socketsOf(user_id: UserId): Promise<number>;
  /** How far this member's devices have received. It only grows. */
  delivered(caller: Caller, seq: number): Promise<Answer<null>>;
  /** The account is gone: whoever it was leaves, and owes nobody a reason. */
  forget(user_id: UserId): Promise<void>;
  /** That the class can be reached and its storage read. */
  ping(): Promise<"pong">;
}

/** The message on the archive's queue: a notice that a room has more, never the events themselves. */
export interface ArchiveNotice {
  room_id: RoomId;
  epoch: Epoch;
  through: number;
  noticed_at: number;
}

/** How the Worker hands an upgrade to the actor: the request's own headers, set by nobody else. */
export const OPENING_HEADER = "x-quoth-opening";

export interface Opening {
  caller: Caller;
  /** Null where the socket is the user's inbox's. */
  room_id: RoomId | null;
  /** The newest version of the protocol that both sides speak. */
  version: number;
  /** How frames are written on this socket. */
  encoding: Encoding;
  /** The ticket's id, which the actor takes once. */
  ticket_id: string;
  ticket_expires_at: number;
}
