import type { Caller } from "../../../schema/caller.ts";
import type { Command, CommandOf, CommandType } from "../../../schema/commands.ts";
import type { OwnCommand } from "../../../schema/commands/own.ts";
import type { Happening } from "../../../schema/events.ts";
import type { CommandId, MessageId, ScheduleId, UserId } from "../../../schema/ids.ts";
import type { Member } from "../../../schema/member.ts";
import type { Forwarded, Large } from "../../../schema/message.ts";
import type { Room } from "../../../schema/room.ts";
import type { Settled } from "../../kernel/outcome.ts";
import type { StoredMessage } from "../stores/messages.ts";
import type { Said } from "../stores/withheld.ts";

/**
 * What a decision may look at. A decision is a pure function of the facts, the caller and the command:
 * it reads no clock, writes nothing and tells nobody.
 */
export interface Facts {
  /** Milliseconds; the time that the event will have. */
  now(): number;
  /** Null where no room was created here. */
  readonly room: Room | null;
  /** The caller as a member, null for a stranger. */
  readonly me: Member | null;
  /** What was seen to before the command came to its turn. */
  readonly brought: Brought;
  member(user_id: UserId): Member | null;
  counts(): { members: number; owners: number };
  /** Who would become owner if this member left. */
  heir(leaver: UserId): UserId | null;
  /** A message that the caller may see. */
  message(message_id: MessageId): StoredMessage | null;
  /** What a deleted message said, as long as that can be taken back. */
  withheld(message_id: MessageId): Said | null;
  /** Whether the caller has chosen this emoji, and how many others there are on the message. */
  reaction(message: StoredMessage, emoji: string): { is_mine: boolean; others: number };
  isPinned(message_id: MessageId): boolean;
  pins(): number;
  /** What the caller has waiting here for its time, those included that could not be sent. */
  scheduled(): { count: number; characters: number };
  /** Whose a scheduled message is; null where it is not there, or not any more. */
  scheduler(schedule_id: ScheduleId): UserId | null;
}

/** A message of another room, as the caller could read it there. */
export interface Origin {
  readonly forwarded: Forwarded;
  readonly text: string;
}

export interface Brought {
  readonly large?: Large;
  readonly origin?: Origin;
}

export interface Asked<T extends CommandType> {
  readonly caller: Caller;
  readonly command: CommandOf<T>;
  readonly facts: Facts;
}

/** What no client can ask for: an account is gone, and whoever it was leaves. */
export interface Forget {
  readonly type: "forget";
  readonly command_id: CommandId;
}
/** Everything that takes its turn in a flush. */
export type Submitted = Command | Forget;
/** What is decided on, and may lead to an event. */
export type RoomCommand = Exclude<Submitted, OwnCommand>;

/** What happens, or null where things are so already. */
export type Decision = Settled<Happening | null>;
