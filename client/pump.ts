import type { CommandId } from "../schema/ids.ts";
import type { Clock } from "./clock.ts";

/** A command that is not answered on a line that lives is sent again. */
export const ANSWER_WITHIN_MS = 15_000;

export interface PumpDeps<C extends { type: string }> {
  outbox: {
    next(): { command_id: CommandId; command: C; not_before: number } | null;
    sent(command_id: CommandId): void;
    unanswered(): void;
  };
  clock: Clock;
  send(frame: C): boolean;
}

/** Takes commands from an outbox to the line: one at a time, in order, again where no answer comes. */
export function createPump<C extends { type: string }>({ outbox, clock, send }: PumpDeps<C>) {
  let cancel = () => {};

  function pump(): void {
    const entry = outbox.next();
    if (entry === null) return;
    const early_ms = entry.not_before - clock.now();
    cancel();
    if (early_ms > 0) {
      cancel = clock.after(early_ms, pump);
      return;
    }
    if (!send(entry.command)) return;
    outbox.sent(entry.command_id);
    cancel = clock.after(ANSWER_WITHIN_MS, () => {
      outbox.unanswered();
      pump();
    });
  }

  return {
    pump,
    lineDown(): void {
      cancel();
      outbox.unanswered();
    },
  };
}
