import type { LogEvent } from "../schema/events.ts";
import type { Accepted, Refused } from "../schema/frames/reply.ts";
import type { Snapshot } from "../schema/frames/resume.ts";
import type { Up } from "../schema/frames/up.ts";
import { messageIdOf, type CommandId } from "../schema/ids.ts";
import type { Position } from "../schema/position.ts";
import type { Receipt } from "../schema/receipt.ts";
import { refusal as refusalOf, type RefusalCode } from "../schema/refusals.ts";
import type { Clock } from "./clock.ts";
import type { Outbox } from "./outbox.ts";
import { createPump } from "./pump.ts";
import { isReceiptOf, isWhole, type Verdict } from "./verify.ts";

export const RECEIPTS_KEPT = 1_000;

/** Refusals of a frame that could not be read far enough to say which command it was. */
const unnamed: ReadonlySet<RefusalCode> = new Set([
  "bad_frame",
  "too_large",
  "invalid",
  "unknown_command",
]);

export interface DeliveryDeps {
  outbox: Outbox;
  clock: Clock;
  /** Whether the deployment signed the receipt's head. */
  isSigned(receipt: Receipt): Promise<Verdict>;
  /** Whether the log holds what the receipt says, where its entry is older than what is here. */
  prove(receipt: Receipt, command_id: CommandId): Promise<Verdict>;
  send(frame: Up): boolean;
  position(): Position | null;
  eventAt(seq: number): LogEvent | undefined;
  onChange(): void;
  /** A receipt that says what is not so. */
  onForged(seq: number): void;
  onLeft(): void;
}

export type Delivery = ReturnType<typeof createDelivery>;

/** Takes commands from the outbox to the room, and answers and events from the room back to the outbox. */
export function createDelivery(deps: DeliveryDeps) {
  const { outbox, clock } = deps;
  const receipts = new Map<CommandId, Receipt>();
  const { pump, lineDown } = createPump({ outbox, clock, send: deps.send });

  function accepted({ command_id, receipt }: Accepted): void {
    if (receipt === null) return unrecorded(command_id);
    const position = deps.position();
    const event = deps.eventAt(receipt.seq);
    const speaksOfIt =
      receipt.command_id === command_id &&
      receipt.epoch === position?.epoch &&
      (event === undefined ? isWhole(receipt) : isReceiptOf(receipt, event));
    if (position === null || !speaksOfIt) return distrust(command_id, receipt);
    remember(command_id, receipt);
    outbox.accepted(command_id, receipt);
    if (event !== undefined) settle([command_id]);
    else if (receipt.seq <= position.seq) void lookUp(command_id, receipt);
    void checkSignature(command_id, receipt);
    pump();
    deps.onChange();
  }

  /** Things were so already, and nothing comes into the log. Words always do: of them that would be a lie. */
  function unrecorded(command_id: CommandId): void {
    const type = outbox.find(command_id)?.command.type;
    if (type === "send" || type === "forward") return deps.onForged(deps.position()?.seq ?? 0);
    settle([command_id]);
    pump();
    deps.onChange();
  }

  async function checkSignature(command_id: CommandId, receipt: Receipt): Promise<void> {
    if ((await deps.isSigned(receipt)) === "forged") distrust(command_id, receipt);
  }

  /** Its entry lies below the snapshot that is shown: no event will come to settle it, so it is looked up. */
  async function lookUp(command_id: CommandId, receipt: Receipt): Promise<void> {
    const verdict = await deps.prove(receipt, command_id).catch(() => null);
    if (verdict === "forged") return distrust(command_id, receipt);
    // It could not be read now: the same command, later, brings the same receipt.
    if (verdict === null) outbox.refused(command_id, refusalOf("unavailable"));
    else settle([command_id]);
    pump();
    deps.onChange();
  }

  function distrust(command_id: CommandId, receipt: Receipt): void {
    receipts.delete(command_id);
    outbox.distrust(command_id);
    deps.onForged(receipt.seq);
  }

  function settle(command_ids: readonly CommandId[]): void {
    const done = new Set(command_ids);
    const left = outbox
      .entries()
      .some((entry) => entry.command.type === "leave" && done.has(entry.command_id));
    outbox.settle((entry) => done.has(entry.command_id));
    if (left) deps.onLeft();
  }

  function remember(command_id: CommandId, receipt: Receipt): void {
    receipts.set(command_id, receipt);
    const oldest = receipts.keys().next();
    if (receipts.size > RECEIPTS_KEPT && !oldest.done) receipts.delete(oldest.value);
  }

  return {
    pump,
    accepted,
    receiptOf: (command_id: CommandId): Receipt | null => receipts.get(command_id) ?? null,

    refused({ command_id, ref, refusal }: Refused): void {
      const meant =
        command_id ??
        (ref === undefined && unnamed.has(refusal.code)
          ? outbox.inFlight()?.command_id
          : undefined);
      const entry = meant === undefined ? undefined : outbox.find(meant);
      if (entry === undefined) return;
      outbox.refused(entry.command_id, refusal);
      pump();
      deps.onChange();
    },

    /** An event says that its command had its effect, whether or not the answer came. */
    applied(events: readonly LogEvent[], me: string): void {
      const settled: CommandId[] = [];
      for (const event of events) {
        const entry = event.actor === me ? outbox.find(event.command_id) : undefined;
        if (entry === undefined) continue;
        settled.push(event.command_id);
        if (entry.receipt !== null && !isReceiptOf(entry.receipt, event))
          distrust(event.command_id, entry.receipt);
      }
      settle(settled);
      const seq = deps.position()?.seq ?? 0;
      for (const { command_id, receipt } of outbox.entries()) {
        if (receipt !== null && receipt.seq <= seq && deps.eventAt(receipt.seq) !== undefined)
          distrust(command_id, receipt);
      }
      pump();
    },

    startedOver({ position, messages }: Snapshot): void {
      const shown = new Set(messages.map((message) => message.message_id));
      const sent = outbox.entries().filter(({ command_id }) => shown.has(messageIdOf(command_id)));
      settle(sent.map((entry) => entry.command_id));
      for (const { command_id, receipt } of outbox.entries()) {
        if (receipt !== null && receipt.seq <= position.seq) void lookUp(command_id, receipt);
      }
    },

    lineDown,
  };
}
