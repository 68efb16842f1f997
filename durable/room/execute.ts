import type { Caller } from "../../schema/caller.ts";
import { bodyHash, genesisHash, linked, SALT_BYTES, toBase64Url } from "../../schema/chain.ts";
import type { Happening, LogEvent } from "../../schema/events.ts";
import { subjectOf } from "../../schema/events.ts";
import type { CommandId } from "../../schema/ids.ts";
import { ID_RANDOM_BYTES, makeId } from "../../schema/ids.ts";
import type { SqlPort } from "../kernel/host.ts";
import type { Settled } from "../kernel/outcome.ts";
import { accepted, refused } from "../kernel/outcome.ts";
import type { Identity } from "./apply.ts";
import { apply } from "./apply.ts";
import type { Facts, RoomCommand } from "./commands/facts.ts";
import type { RoomContext } from "./context.ts";
import { decide } from "./dispatch.ts";
import type { CommandRow } from "./stores/commands.ts";
import { commands } from "./stores/commands.ts";
import { log } from "./stores/log.ts";
import { members } from "./stores/members.ts";
import { messages } from "./stores/messages.ts";
import type { RoomRow } from "./stores/room.ts";

/** A command that has its effect. `event` is null where it had it before: then the seq is that of the first time. */
export interface Effect {
  seq: number;
  event: LogEvent | null;
}

/**
 * One command, inside the transaction of its flush: has it happened before, may it, what does it lead to,
 * then the log entry and the tables. All of it is synchronous, and none of it is told to anyone here.
 */
export function execute(
  context: RoomContext,
  caller: Caller,
  command: RoomCommand,
): Settled<Effect> {
  const { sql } = context.host;
  const room = context.room();
  const first = room && commands.find(sql, command.command_id);
  if (first && first.actor === caller.user_id) {
    return isRepeat(sql, first, command)
      ? accepted({ seq: first.seq, event: null })
      : refused("command_id_reused");
  }
  const decision = decide(caller, command, factsOf(context, room, caller));
  if (decision.kind === "refused") return decision;
  // Someone else's id, seen in the log: only a member gets as far as hearing so.
  if (first) return refused("command_id_reused");
  const event = append(context, room ?? begin(context), {
    caller,
    command_id: command.command_id,
    happening: decision.value,
  });
  commands.add(sql, {
    command_id: command.command_id,
    actor: caller.user_id,
    fingerprint: fingerprintOf(command, event.salt ?? ""),
    seq: event.seq,
  });
  return accepted({ seq: event.seq, event });
}

/** A room's tables, and the first life of its log. */
function begin(context: RoomContext): Identity {
  const { host, room_id } = context;
  context.prepare();
  return { room_id, epoch: makeId("epoch", host.now(), host.random(ID_RANDOM_BYTES)) };
}

interface Cause {
  caller: Caller;
  command_id: CommandId;
  happening: Happening;
}

function append(
  { host }: RoomContext,
  identity: Identity,
  { caller, command_id, happening }: Cause,
): LogEvent {
  const { type, body } = happening;
  const tail = log.tail(host.sql);
  const salt = toBase64Url(host.random(SALT_BYTES));
  const header = {
    seq: (tail?.seq ?? 0) + 1,
    type,
    // A clock that steps back does not take the log with it.
    at: Math.max(host.now(), tail?.at ?? 0),
    actor: caller.user_id,
    device: caller.device_id,
    command_id,
  };
  const event = linked(tail?.hash ?? genesisHash(identity.room_id), header, { body, salt });
  log.append(host.sql, event, subjectOf(event));
  apply(host.sql, identity, event);
  return event;
}

function factsOf({ host: { sql } }: RoomContext, room: RoomRow | null, caller: Caller): Facts {
  return {
    room,
    role: room ? (members.find(sql, caller.user_id)?.role ?? null) : null,
    member: (user_id) => members.find(sql, user_id),
    counts: () => members.count(sql),
    heir: (leaver) => members.heir(sql, leaver),
    message: (message_id) => messages.find(sql, message_id),
  };
}

/**
 * Whether a command is the one that had its effect under this id. Where what it said has been erased, nobody can tell
 * any more, and the id alone decides.
 */
function isRepeat(sql: SqlPort, first: CommandRow, command: RoomCommand): boolean {
  const salt = log.at(sql, first.seq)?.salt ?? null;
  return salt === null || fingerprintOf(command, salt) === first.fingerprint;
}

/**
 * What a command asks for, apart from its id. It is salted as the event's body is, and with the salt's erasure it says
 * nothing any more: a bare hash of a short text could be guessed back.
 */
function fingerprintOf({ command_id: _, ...asked }: RoomCommand, salt: string): string {
  return bodyHash(salt, asked);
}
