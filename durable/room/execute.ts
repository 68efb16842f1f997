import type { Caller } from "../../schema/caller.ts";
import { bodyHash, genesisHash, linked, SALT_BYTES, toBase64Url } from "../../schema/chain.ts";
import type { Happening, LogEvent } from "../../schema/events.ts";
import { subjectOf } from "../../schema/events.ts";
import type { CommandId, ScheduleId } from "../../schema/ids.ts";
import { ID_RANDOM_BYTES, makeId, scheduleIdOf } from "../../schema/ids.ts";
import type { SqlPort } from "../kernel/host.ts";
import type { Settled } from "../kernel/outcome.ts";
import { accepted, refused } from "../kernel/outcome.ts";
import type { Identity } from "./apply.ts";
import { apply } from "./apply.ts";
import type { Brought, Facts, Submitted } from "./commands/facts.ts";
import type { RoomContext } from "./context.ts";
import { decide } from "./dispatch.ts";
import type { CommandRow } from "./stores/commands.ts";
import { changeOwn, isOwn } from "./own.ts";
import { commands } from "./stores/commands.ts";
import { firstSeqFor } from "./rules/history.ts";
import { dropSchedule, keepOwn } from "./scheduling.ts";
import { log } from "./stores/log.ts";
import { members } from "./stores/members.ts";
import { messages } from "./stores/messages.ts";
import { pins } from "./stores/pins.ts";
import { reactions } from "./stores/reactions.ts";
import type { RoomRow } from "./stores/room.ts";
import { scheduled } from "./stores/scheduled.ts";
import { withheld } from "./stores/withheld.ts";
import { withhold } from "./withholding.ts";

/**
 * A command that has its effect. `event` is null where it had it before: then the seq is that of the first time. The seq
 * is null where there was nothing to do.
 */
export interface Effect {
  seq: number | null;
  event: LogEvent | null;
  replayed: boolean;
}

/** What concerns its caller alone says how things are to be: nothing is remembered of it, and again is the same. */
const withoutTrace: Effect = { seq: null, event: null, replayed: false };

/** What stands for the seq of a command that found things as it wanted them. */
const NOTHING = 0;

/**
 * One command, inside the transaction of its flush: has it happened before, may it, what does it lead to,
 * then the log entry and the tables. All of it is synchronous, and none of it is told to anyone here.
 */
export function execute(
  context: RoomContext,
  { caller, command, brought = {}, schedule_id }: Asking,
): Settled<Effect> {
  const { sql } = context.host;
  if (isOwn(command)) {
    const changed = changeOwn(context, caller.user_id, command);
    return changed.kind === "refused" ? changed : accepted(withoutTrace);
  }
  // Taken back while it waited for its flush.
  if (schedule_id && !scheduled.find(sql, schedule_id)) return refused("not_found");
  const room = context.room();
  const first = room && commands.find(sql, command.command_id);
  if (first && first.actor === caller.user_id) {
    if (!isRepeat(sql, first, { command, brought })) return refused("command_id_reused");
    const seq = first.seq === NOTHING ? null : first.seq;
    return accepted({ seq, event: null, replayed: true });
  }
  const decision = decide(caller, command, factsOf(context, room, { caller, brought }));
  if (decision.kind === "refused") return decision;
  // Someone else's id, seen in the log: only a member gets as far as hearing so.
  if (first) return refused("command_id_reused");
  const { command_id } = command;
  const event = decision.value
    ? append(context, room ?? begin(context), { caller, command_id, happening: decision.value })
    : null;
  if (schedule_id) dropSchedule(context, schedule_id);
  const salt = event ? event.salt : keepOwn(context, caller, command);
  // Also where nothing was to be done: asked again later, when it would be, it has had its answer. What left no salt behind
  // leaves no fingerprint either, which could be guessed back.
  commands.add(sql, {
    command_id,
    actor: caller.user_id,
    fingerprint: salt === null ? "" : fingerprintOf({ command, brought }, salt),
    seq: event?.seq ?? NOTHING,
  });
  return accepted({ seq: event?.seq ?? null, event, replayed: false });
}

/** A command in its turn: who asks for what, and what was seen to before. */
export interface Asking {
  readonly caller: Caller;
  readonly command: Submitted;
  readonly brought?: Brought;
  /** The scheduled message that this sends. */
  readonly schedule_id?: ScheduleId;
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
  context: RoomContext,
  identity: Identity,
  { caller, command_id, happening }: Cause,
): LogEvent {
  const { host } = context;
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
  withhold(context, event);
  apply(host.sql, identity, event);
  return event;
}

function factsOf(
  { host }: RoomContext,
  room: RoomRow | null,
  { caller, brought }: { caller: Caller; brought: Brought },
): Facts {
  const { sql } = host;
  const { user_id } = caller;
  const me = room ? members.find(sql, user_id) : null;
  const first_seq = room && me ? firstSeqFor(room, me) : 0;
  return {
    now: () => Math.max(host.now(), log.tail(sql)?.at ?? 0),
    room,
    me,
    brought,
    member: (other) => members.find(sql, other),
    counts: () => members.count(sql),
    heir: (leaver) => members.heir(sql, leaver),
    message(message_id) {
      const message = messages.find(sql, message_id);
      return message && message.seq >= first_seq ? message : null;
    },
    withheld: (message_id) => withheld.find(sql, message_id),
    reaction: ({ seq: message_seq }, emoji) => ({
      is_mine: reactions.has(sql, { message_seq, emoji, user_id }),
      others: reactions.others(sql, message_seq, emoji),
    }),
    isPinned: (message_id) => pins.has(sql, message_id),
    pins: () => pins.count(sql),
    scheduled: () => scheduled.held(sql, user_id),
    scheduler: (schedule_id) => scheduled.find(sql, schedule_id)?.user_id ?? null,
  };
}

/**
 * Whether a command is the one that had its effect under this id. Where what it said has been erased, nobody can tell
 * any more, and the id alone decides.
 */
function isRepeat(sql: SqlPort, first: CommandRow, said: Said): boolean {
  const kept = first.seq === NOTHING ? scheduled.find(sql, scheduleIdOf(first.command_id)) : null;
  const salt = kept?.salt ?? log.at(sql, first.seq)?.salt ?? null;
  return salt === null || fingerprintOf(said, salt) === first.fingerprint;
}

type Said = Required<Pick<Asking, "command" | "brought">>;

/**
 * What a command asks for, apart from its id. It is salted as the event's body is, and with the salt's erasure it says
 * nothing any more: a bare hash of a short text could be guessed back. Two long texts may begin in the same way, so the
 * file is a part of it; what is forwarded was brought by the room itself, and is named by the command.
 */
function fingerprintOf({ command, brought: { large } }: Said, salt: string): string {
  const { command_id: _, ...asked } = command;
  return bodyHash(salt, large && command.type !== "forward" ? { ...asked, large } : asked);
}
