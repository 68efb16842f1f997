import type { Caller } from "../../../schema/caller.ts";
import type { Command, CommandOf, CommandType } from "../../../schema/commands.ts";
import type { Happening } from "../../../schema/events.ts";
import type { CommandId, MessageId, UserId } from "../../../schema/ids.ts";
import type { Member } from "../../../schema/member.ts";
import type { Message } from "../../../schema/message.ts";
import type { Role } from "../../../schema/permissions.ts";
import type { Room } from "../../../schema/room.ts";
import type { Settled } from "../../kernel/outcome.ts";

/**
 * What a decision may look at. A decision is a pure function of the facts, the caller and the command:
 * it reads no clock, writes nothing and tells nobody.
 */
export interface Facts {
  /** Null where no room was created here. */
  readonly room: Room | null;
  /** The caller's role, null for a stranger. */
  readonly role: Role | null;
  member(user_id: UserId): Member | null;
  counts(): { members: number; owners: number };
  /** Who would become owner if this member left. */
  heir(leaver: UserId): UserId | null;
  message(message_id: MessageId): Message | null;
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
export type RoomCommand = Command | Forget;

export type Decision = Settled<Happening>;
