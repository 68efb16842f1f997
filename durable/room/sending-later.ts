import type { ScheduleId } from "../../schema/ids.ts";
import { sendingOf } from "../../schema/ids.ts";
import { limits } from "../../schema/limits.ts";
import type { Settled } from "../kernel/outcome.ts";
import { transact } from "../kernel/sql.ts";
import type { RoomContext } from "./context.ts";
import type { Pending } from "./flush.ts";
import { planSchedules } from "./scheduling.ts";
import type { Due } from "./stores/scheduled.ts";
import { scheduled } from "./stores/scheduled.ts";

/** The alarm's part of what scheduling.ts describes: the room gives itself a `send` for each that is due. */
export function fireScheduled(context: RoomContext, push: (pending: Pending) => void): void {
  const { host } = context;
  const due = transact(host.sql, () => {
    const claimed = scheduled.claim(host.sql, {
      now: host.now(),
      limit: limits.flush_commands,
      pause: limits.outbox_retry_ms,
      pause_max: limits.outbox_retry_max_ms,
    });
    planSchedules(context);
    return claimed;
  });
  for (const one of due) push(sending(context, one));
}

function sending(
  context: RoomContext,
  { schedule_id, user_id, device_id, sendable }: Due,
): Pending {
  return {
    caller: { user_id, device_id, request_id: schedule_id },
    command: { type: "send", command_id: sendingOf(schedule_id), ...sendable },
    schedule_id,
    bytes: sendable.text.length,
    settle: (settled) => settle(context, schedule_id, settled),
  };
}

/** One that is refused stays with the reason until its author takes it away. */
function settle(context: RoomContext, schedule_id: ScheduleId, settled: Settled<unknown>): void {
  // What may succeed later is tried again at the time that was set before it was tried.
  if (settled.kind === "accepted" || settled.refusal.retryable) return;
  const { host } = context;
  transact(host.sql, () => {
    scheduled.refuse(host.sql, schedule_id, settled.refusal);
    planSchedules(context);
  });
}
