import { SALT_BYTES, toBase64Url } from "../../schema/chain.ts";
import type { Caller } from "../../schema/caller.ts";
import type { CommandOf } from "../../schema/commands.ts";
import type { ScheduleId, UserId } from "../../schema/ids.ts";
import { scheduleIdOf } from "../../schema/ids.ts";
import type { RoomCommand } from "./commands/facts.ts";
import type { RoomContext } from "./context.ts";
import { scheduled } from "./stores/scheduled.ts";

/**
 * Messages that are sent later.
 *
 * Until its time one is a row that is its author's own. Then the room gives itself a `send`, through the very flush that
 * takes everyone's, under a command id that follows from the row's: the row goes in the transaction that appends the
 * message. So after a crash at any step there is either the row or the message, and never both. While it is under way the
 * row is put off for some seconds, which is what brings it back after a crash, or after a failure of the storage.
 */
export const SCHEDULED_TIMER = "scheduled";

/** What a command does that is its author's own and leaves no event. Says with which salt the command is remembered. */
export function keepOwn(context: RoomContext, caller: Caller, command: RoomCommand): string {
  if (command.type === "schedule") return keep(context, caller, command);
  if (command.type === "unschedule") dropSchedule(context, command.schedule_id);
  return "";
}

function keep(
  context: RoomContext,
  { user_id, device_id }: Caller,
  { type: _, command_id, send_at, ...sendable }: CommandOf<"schedule">,
): string {
  const { host, alarms } = context;
  const salt = toBase64Url(host.random(SALT_BYTES));
  const characters = sendable.text.length;
  const schedule_id = scheduleIdOf(command_id);
  scheduled.add(host.sql, { schedule_id, user_id, device_id, sendable, characters, salt, send_at });
  alarms.within(SCHEDULED_TIMER, send_at);
  return salt;
}

/** Inside the transaction that sends it, or that takes it back. */
export function dropSchedule(context: RoomContext, schedule_id: ScheduleId): void {
  scheduled.remove(context.host.sql, schedule_id);
  planSchedules(context);
}

/** Whoever is no member any more sends nothing more. */
export function dropSchedulesOf(context: RoomContext, who: readonly UserId[]): void {
  const dropped = who.filter((user_id) => scheduled.removeOf(context.host.sql, user_id));
  if (dropped.length > 0) planSchedules(context);
}

/** When the next is due. */
export function planSchedules({ host, alarms }: RoomContext): void {
  alarms.set(SCHEDULED_TIMER, scheduled.next(host.sql));
}
