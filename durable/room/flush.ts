import type { Caller } from "../../schema/caller.ts";
import type { Command } from "../../schema/commands.ts";
import type { LogEvent } from "../../schema/events.ts";
import type { ReceiptAnswer } from "../../schema/http.ts";
import type { Head } from "../../schema/receipt.ts";
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
    return;
  }
  // From here on nothing can fail but a socket: all that is told was worked out before the commit.
  if (written.head) context.remember();
  batch.forEach((pending, index) => pending.settle(written.answers[index] ?? refused("internal")));
  if (written.head) emit(context, written.events, written.head);
}

/** What a flush has decided: an answer for each of its commands, and what everyone is to hear. */
interface Written {
  answers: Settled<ReceiptAnswer>[];
  events: LogEvent[];
  head: Head | null;
}

function write(context: RoomContext, batch: readonly Pending[]): Written {
  const settled = batch.map((pending) => attempt(context, pending));
  const events = settled.flatMap((one) =>
    one.kind === "accepted" && one.value.event ? [one.value.event] : [],
  );
  const newest = events.at(-1);
  const room = context.room();
  if (newest && room) {
    seal(context, room, newest);
    context.outbox.note(ARCHIVE, newest.seq);
  }
  const answers = settled.map((one): Settled<ReceiptAnswer> => {
    if (one.kind === "refused") return one;
    if (!room) return refused("internal");
    return accepted({
      receipt: receiptFor(context, room, one.value.seq),
      replayed: one.value.event === null,
    });
  });
  return { answers, events, head: newest && room ? headFor(context, room, newest.seq) : null };
}

function attempt(context: RoomContext, { caller, command }: Pending): Settled<Effect> {
  const { host, room_id } = context;
  const { request_id } = caller;
  try {
    const settled = transact(host.sql, () => execute(context, caller, command));
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
