import type { Caller } from "../../schema/caller.ts";
import type { Command } from "../../schema/commands.ts";
import type { LogEvent } from "../../schema/events.ts";
import type { ReceiptAnswer } from "../../schema/http.ts";
import type { Settled } from "../kernel/outcome.ts";
import { accepted, refused } from "../kernel/outcome.ts";
import { transact } from "../kernel/sql.ts";
import type { RoomContext } from "./context.ts";
import { emit } from "./emit.ts";
import type { Effect } from "./execute.ts";
import { execute } from "./execute.ts";
import { headFor, receiptFor, seal } from "./head.ts";
import { ARCHIVE } from "./reads.ts";

/** A command that waits for its flush, and who is to hear what became of it. */
export interface Pending {
  readonly caller: Caller;
  readonly command: Command;
  readonly bytes: number;
  settle(answer: Settled<ReceiptAnswer>): void;
}

/**
 * Write, commit, then tell. All commands of one flush share a transaction, with the signature over its last entry
 * and the note for the archive; a command that fails takes only itself back. Acknowledgements and fan-out follow.
 */
export function flushCommands(context: RoomContext, batch: readonly Pending[]): void {
  let settled: Settled<Effect>[];
  try {
    settled = transact(context.host.sql, () => write(context, batch));
  } catch (error) {
    context.host.log("error", "flush.failed", { room_id: context.room_id, commands: batch.length, reason: String(error) });
    for (const pending of batch) pending.settle(refused("internal"));
    return;
  }
  tell(context, batch, settled);
}

function write(context: RoomContext, batch: readonly Pending[]): Settled<Effect>[] {
  const settled = batch.map((pending) => attempt(context, pending));
  const newest = newEvents(settled).at(-1);
  const room = context.room();
  if (newest && room) {
    seal(context, room, newest);
    context.outbox.note(ARCHIVE, newest.seq);
  }
  return settled;
}

function attempt(context: RoomContext, { caller, command }: Pending): Settled<Effect> {
  const { host, room_id } = context;
  const { request_id } = caller;
  try {
    const settled = transact(host.sql, () => execute(context, caller, command));
    const outcome = settled.kind === "refused" ? settled.refusal.code : settled.kind;
    const seq = settled.kind === "accepted" ? settled.value.seq : null;
    host.log("info", "command", { room_id, request_id, type: command.type, command_id: command.command_id, outcome, seq });
    return settled;
  } catch (error) {
    host.log("error", "command.failed", { room_id, request_id, type: command.type, reason: String(error) });
    return refused("internal");
  }
}

function tell(context: RoomContext, batch: readonly Pending[], settled: readonly Settled<Effect>[]): void {
  const room = context.room();
  if (room) context.remember();
  batch.forEach((pending, index) => {
    const outcome = settled[index] ?? refused("internal");
    if (outcome.kind === "refused" || !room) return pending.settle(outcome.kind === "refused" ? outcome : refused("internal"));
    const { seq, event } = outcome.value;
    pending.settle(accepted({ receipt: receiptFor(context, room, seq), replayed: event === null }));
  });
  const events = newEvents(settled);
  const newest = events.at(-1);
  if (newest && room) emit(context, events, headFor(context, room, newest.seq));
}

function newEvents(settled: readonly Settled<Effect>[]): LogEvent[] {
  return settled.flatMap((one) => (one.kind === "accepted" && one.value.event ? [one.value.event] : []));
}
