import type { ReminderId, RoomId } from "../../../schema/ids.ts";
import type { Reminder } from "../../../schema/inbox.ts";
import type { SqlPort } from "../../kernel/host.ts";
import { statement } from "../../kernel/sql.ts";

/** What the person wants to be reminded of. One that is due stays until they take it away. */
export const remindersTable = `CREATE TABLE reminders (
  reminder_id TEXT PRIMARY KEY,
  room_id TEXT NOT NULL,
  message_id TEXT,                 -- NULL for the room itself
  note TEXT NOT NULL,
  at INTEGER NOT NULL,             -- milliseconds
  due INTEGER NOT NULL,            -- 0 or 1
  "left" INTEGER NOT NULL           -- 0 or 1: its owner has left the room
) WITHOUT ROWID`;

interface Row extends Omit<Reminder, "due" | "left"> {
  due: number;
  left: number;
}

const columns = `reminder_id, room_id, message_id, note, at, due, "left"`;
const byId = statement<{ reminder_id: string }, Row>(
  `SELECT ${columns} FROM reminders WHERE reminder_id = :reminder_id`,
);
const list = statement<object, Row>(`SELECT ${columns} FROM reminders ORDER BY at, reminder_id`);
const count = statement<object, { reminders: number }>(
  "SELECT COUNT(*) AS reminders FROM reminders",
);
const insert = statement<Row>(
  `INSERT INTO reminders (${columns}) VALUES (:reminder_id, :room_id, :message_id, :note, :at, :due, :left)`,
);
const remove = statement<{ reminder_id: string }>(
  "DELETE FROM reminders WHERE reminder_id = :reminder_id",
);
const next = statement<object, { at: number | null }>(
  "SELECT MIN(at) AS at FROM reminders WHERE due = 0",
);
const falls = statement<{ now: number }, Row>(
  `UPDATE reminders SET due = 1 WHERE due = 0 AND at <= :now RETURNING ${columns}`,
);
const stands = statement<{ room_id: string; left: number }, Row>(
  `UPDATE reminders SET "left" = :left WHERE room_id = :room_id AND "left" <> :left RETURNING ${columns}`,
);

const reminderOf = ({ due, left, ...row }: Row): Reminder => ({
  ...row,
  due: due === 1,
  left: left === 1,
});
const inOrder = (rows: readonly Row[]): Reminder[] =>
  rows.toSorted((one, other) => one.at - other.at).map(reminderOf);

export const reminders = {
  has: (sql: SqlPort, reminder_id: ReminderId): boolean => byId.one(sql, { reminder_id }) !== null,
  all: (sql: SqlPort): Reminder[] => list.all(sql, {}).map(reminderOf),
  count: (sql: SqlPort): number => count.one(sql, {})?.reminders ?? 0,
  add: (sql: SqlPort, reminder: Reminder): void =>
    insert.run(sql, {
      ...reminder,
      due: Number(reminder.due),
      left: Number(reminder.left),
    }),
  remove: (sql: SqlPort, reminder_id: ReminderId): void => remove.run(sql, { reminder_id }),
  /** When the next one falls due; null where none waits. */
  next: (sql: SqlPort): number | null => next.one(sql, {})?.at ?? null,
  /** Those whose time has come since the last look, each once. */
  fallDue: (sql: SqlPort, now_ms: number): Reminder[] => inOrder(falls.all(sql, { now: now_ms })),
  /** Those of a room that was left, or entered again, and stood otherwise. */
  standIn: (sql: SqlPort, room_id: RoomId, is: { left: boolean }): Reminder[] =>
    inOrder(stands.all(sql, { room_id, left: Number(is.left) })),
};
