import type { RoomId } from "../../../schema/ids.ts";
import { reminderIdOf } from "../../../schema/ids.ts";
import type { InboxHappening } from "../../../schema/inbox-events.ts";
import type { Reminder } from "../../../schema/inbox.ts";
import { limits } from "../../../schema/limits.ts";
import { accepted, refused } from "../../kernel/outcome.ts";
import type { InboxContext } from "../context.ts";
import { reminders } from "../stores/reminders.ts";
import { rooms } from "../stores/rooms.ts";
import type { Asked, Decided } from "./asked.ts";

/** When the next reminder falls due. */
export const REMINDERS_TIMER = "reminders";

/** The note is private to the person. The message is asked for in its room, which knows who may read it. */
export function remind({ context, command }: Asked<"remind">): Decided {
  const { sql, now } = context.host;
  const { command_id, room_id, message_id, note, at } = command;
  const reminder_id = reminderIdOf(command_id);
  if (!rooms.findShown(sql, room_id)) return refused("not_found");
  if (reminders.has(sql, reminder_id)) return accepted([]);
  // Whoever asks for the next second is not refused for the time that the question took.
  const ahead_ms = at - now();
  if (ahead_ms < -limits.clock_skew_ms || ahead_ms > limits.reminder_ms_max)
    return refused("invalid", { field: "at" });
  if (reminders.count(sql) >= limits.reminders) return refused("too_many");
  const reminder = { reminder_id, room_id, message_id, note, at, due: false, left: false };
  reminders.add(sql, reminder);
  arm(context);
  return accepted([set(reminder)]);
}

/** One that is due is taken away in the same way, and so is one of a room that was left. */
export function unremind({ context, command: { reminder_id } }: Asked<"unremind">): Decided {
  const { sql } = context.host;
  if (!reminders.has(sql, reminder_id)) return accepted([]);
  reminders.remove(sql, reminder_id);
  arm(context);
  return accepted([{ type: "reminder.gone", body: { reminder_id } }]);
}

/** Those whose time has come, each told once: what is told and that it is due are written together. */
export function remindersDue(context: InboxContext): Decided {
  const fallen = reminders.fallDue(context.host.sql, context.host.now());
  arm(context);
  return accepted(fallen.map((reminder) => ({ type: "reminder.due", body: { reminder } })));
}

/** The room of some was left, or entered again. They stay, and say so. */
export function remindersIn(
  { host: { sql } }: InboxContext,
  room_id: RoomId,
  is: { left: boolean },
): InboxHappening[] {
  return reminders.standIn(sql, room_id, is).map(set);
}

const arm = ({ host, alarms }: InboxContext): void =>
  alarms.set(REMINDERS_TIMER, reminders.next(host.sql));

const set = (reminder: Reminder): InboxHappening => ({ type: "reminder.set", body: { reminder } });
