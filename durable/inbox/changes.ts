import type { Caller } from "../../schema/caller.ts";
import { bodyHash } from "../../schema/chain.ts";
import type { InboxCommand } from "../../schema/inbox-commands.ts";
import type { InboxEvent, InboxHappening } from "../../schema/inbox-events.ts";
import type { InboxReply, Written } from "../../schema/inbox-rpc.ts";
import { limits } from "../../schema/limits.ts";
import { createFlush } from "../kernel/flush.ts";
import type { Settled } from "../kernel/outcome.ts";
import { accepted, refused } from "../kernel/outcome.ts";
import { transact } from "../kernel/sql.ts";
import type { InboxContext } from "./context.ts";
import { decide } from "./dispatch.ts";
import { mayAsk } from "./rules/guests.ts";
import { commands } from "./stores/commands.ts";
import { devices } from "./stores/devices.ts";
import { log } from "./stores/log.ts";

/** Something that changes the inbox: a command, or what another actor tells. */
export interface Change {
  /** Inside the transaction. It writes its tables, and says what happened; nothing where things were so already. */
  write(): Settled<InboxHappening[]>;
  /** After the commit, with the seq of the last thing that happened. */
  settle?(answer: Settled<InboxReply>): void;
}

/**
 * Write, commit, then tell: as in a room, what arrives in one turn shares a transaction and one frame to each device,
 * and a change that fails takes only itself back.
 */
export function createChanges(context: InboxContext): (change: Change) => void {
  const bounds = { items: limits.flush_commands, bytes: limits.flush_commands, bytesOf: () => 1 };
  const flush = createFlush<Change>(context.host, bounds, (batch) => commit(context, batch));
  return (change) => flush.push(change);
}

interface Committed {
  answer: Settled<InboxReply>;
  events: InboxEvent[];
}

function commit(context: InboxContext, batch: readonly Change[]): void {
  let written: Committed[];
  try {
    written = transact(context.host.sql, () => {
      const all = batch.map((change) => attempt(context, change));
      const last = all.flatMap((one) => one.events).at(-1);
      if (last) log.prune(context.host.sql, last.seq);
      return all;
    });
  } catch (error) {
    context.host.log("error", "flush.failed", { changes: batch.length, reason: String(error) });
    for (const change of batch) change.settle?.(refused("internal"));
    return;
  }
  const events = written.flatMap((one) => one.events);
  const epoch = context.inbox()?.epoch;
  const newest = events.at(-1);
  if (newest && epoch !== undefined)
    context.sockets.sendToLive({ type: "events", epoch, events }, newest.seq);
  batch.forEach((change, at) => change.settle?.(written[at]?.answer ?? refused("internal")));
}

function attempt(context: InboxContext, change: Change): Committed {
  const { host } = context;
  try {
    return transact(host.sql, (): Committed => {
      const settled = change.write();
      if (settled.kind === "refused") return { answer: settled, events: [] };
      const events = settled.value.map(({ type, body }) =>
        log.append(host.sql, { type, at: host.now(), body }),
      );
      return { answer: accepted({ seq: events.at(-1)?.seq ?? null, replayed: false }), events };
    });
  } catch (error) {
    host.log("error", "change.failed", { reason: String(error) });
    return { answer: refused("internal"), events: [] };
  }
}

/** A command, and where the Worker made it of something written, that. */
export interface Commanded {
  readonly caller: Caller;
  readonly command: InboxCommand;
  readonly written?: Written | undefined;
}

/** A client's command as a change: once for each `command_id`. */
export function commandChange(
  context: InboxContext,
  { caller, command, written }: Commanded,
  settle: (answer: Settled<InboxReply>) => void,
): Change {
  const { host } = context;
  const { command_id, ...asked } = command;
  let first: InboxReply | null = null;
  return {
    write() {
      const inbox = context.inbox();
      if (!inbox || caller.user_id !== inbox.user_id) return refused("not_found");
      const fingerprint = bodyHash(inbox.salt, written ? { ...written } : asked);
      const known = commands.find(host.sql, command_id);
      if (known) {
        if (known.fingerprint !== fingerprint) return refused("command_id_reused");
        first = { seq: known.seq, replayed: true };
        return accepted([]);
      }
      const { method } = devices.find(host.sql, caller.device_id) ?? {};
      if (!mayAsk(command.type, method)) return refused("not_allowed");
      const decided = decide({ context, caller, command });
      if (decided.kind === "refused") return decided;
      const head = log.bounds(host.sql).head_seq;
      const seq = decided.value.length === 0 ? null : head + decided.value.length;
      commands.add(host.sql, { command_id, fingerprint, seq });
      return decided;
    },
    settle: (answer) => settle(first ? accepted(first) : answer),
  };
}
