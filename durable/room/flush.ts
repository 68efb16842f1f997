import type { Caller } from "../../schema/caller.ts";
import type { LogEvent } from "../../schema/events.ts";
import { whoWent } from "../../schema/events.ts";
import type { ReceiptAnswer } from "../../schema/http.ts";
import type { ScheduleId } from "../../schema/ids.ts";
import { limits } from "../../schema/limits.ts";
import type { Settled } from "../kernel/outcome.ts";
import { accepted, refused } from "../kernel/outcome.ts";
import { transact } from "../kernel/sql.ts";
import type { Brought, Submitted } from "./commands/facts.ts";
import type { RoomContext } from "./context.ts";
import type { Told } from "./emit.ts";
import { emit } from "./emit.ts";
import type { Effect } from "./execute.ts";
import { execute } from "./execute.ts";
import { headFor, receiptFor, seal } from "./head.ts";
import { INBOXES } from "./marks.ts";
import { ARCHIVE } from "./reads.ts";
import { moveCursors } from "./reading.ts";
import { dropSchedulesOf } from "./scheduling.ts";
import { members } from "./stores/members.ts";
import type { RoomRow } from "./stores/room.ts";
import { flushVeil } from "./veil.ts";

/** A command that waits for its flush, and who is to hear what became of it. */
export interface Pending {
  readonly caller: Caller;
  readonly command: Submitted;
  readonly brought?: Brought;
  /** The scheduled message that this sends. */
  readonly schedule_id?: ScheduleId;
  readonly bytes: number;
  settle(answer: Settled<ReceiptAnswer>): void;
}

/**
 * Write, commit, then tell. All commands of one flush share a transaction, with the signature over its last entry
 * and the note for the archive; a command that fails takes only itself back. Acknowledgements and fan-out follow. Says
 * what has happened.
 */
export function flushCommands(
  context: RoomContext,
  batch: readonly Pending[],
): readonly LogEvent[] {
  let written: Written;
  try {
    written = transact(context.host.sql, () => write(context, batch));
  } catch (error) {
    context.host.log("error", "flush.failed", {
      room_id: context.room_id,
      commands: batch.length,
      reason: String(error),
    });
    for (const pending of batch) pending.settle(refused("internal"));
    return [];
  }
  // From here on nothing can fail but a socket: all that is told was worked out before the commit.
  const { answers, told } = written;
  if (told) context.remember();
  batch.forEach((pending, index) => pending.settle(answers[index] ?? refused("internal")));
  if (told) emit(context, told);
  return told?.events ?? [];
}

/** What a flush has decided: an answer for each of its commands, and what everyone is to hear, if there is anything. */
interface Written {
  answers: Settled<ReceiptAnswer>[];
  told: Told | null;
}

function write(context: RoomContext, batch: readonly Pending[]): Written {
  const settled = batch.map((pending) => attempt(context, pending));
  const events = settled.flatMap((one) =>
    one.kind === "accepted" && one.value.event ? [one.value.event] : [],
  );
  const room = context.room();
  const told = room && commitTo(context, room, events, sentLater(batch, settled));
  const answers = settled.map((one): Settled<ReceiptAnswer> => {
    if (one.kind === "refused") return one;
    if (!room) return refused("internal");
    const { seq, replayed } = one.value;
    return accepted({ receipt: seq === null ? null : receiptFor(context, room, seq), replayed });
  });
  return { answers, told };
}

/** The seqs of what was written earlier and sent now: its author may be away. */
function sentLater(batch: readonly Pending[], settled: readonly Settled<Effect>[]): Set<number> {
  const seqs = settled.map((one, at) =>
    one.kind === "accepted" && batch[at]?.schedule_id !== undefined ? one.value.seq : null,
  );
  return new Set(seqs.filter((seq) => seq !== null));
}

/** Signs what the flush has added, and notes it for the archive and the inboxes. */
function commitTo(
  context: RoomContext,
  room: RoomRow,
  events: readonly LogEvent[],
  later: ReadonlySet<number>,
): Told | null {
  const { sql } = context.host;
  const newest = events.at(-1);
  if (!newest) return null;
  seal(context, room, newest);
  const who_came = moveCursors(context, events, later);
  context.outbox.noteAll(
    {
      [ARCHIVE]: limits.outbox_gather_ms,
      // A room appears at once to those who came into it.
      [INBOXES]: who_came ? 0 : limits.mark_gather_ms,
    },
    newest.seq,
  );
  const left = events.flatMap((event) => whoWent(event) ?? []);
  dropSchedulesOf(context, left);
  const back = new Set(left.filter((user_id) => members.find(sql, user_id) !== null));
  const head = headFor(context, room, newest.seq);
  return { events, head, back, veil: flushVeil(sql, room, events) };
}

function attempt(context: RoomContext, pending: Pending): Settled<Effect> {
  const { host, room_id } = context;
  const { caller, command } = pending;
  const { request_id } = caller;
  try {
    const settled = transact(host.sql, () => execute(context, pending));
    const outcome = settled.kind === "refused" ? settled.refusal.code : settled.kind;
    const seq = settled.kind === "accepted" ? settled.value.seq : null;
    host.log("info", "command", {
      room_id,
      request_id,
      type: command.type,
      command_id: command.command_id,
      outcome,
      seq,
    });
    return settled;
  } catch (error) {
    host.log("error", "command.failed", {
      room_id,
      request_id,
      type: command.type,
      reason: String(error),
    });
    return refused("internal");
  }
}
