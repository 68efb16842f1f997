import type { DeviceId, ScheduleId, UserId } from "../../../schema/ids.ts";
import { sendingOf, messageIdOf } from "../../../schema/ids.ts";
import type { Refusal } from "../../../schema/refusals.ts";
import type { Scheduled } from "../../../schema/scheduled.ts";
import type { CommandOf } from "../../../schema/commands.ts";
import type { SqlPort } from "../../kernel/host.ts";
import { statement } from "../../kernel/sql.ts";

/** Messages that wait for their time. They are their authors' own until then, and not in the log. */
export const scheduledTable = `CREATE TABLE scheduled (
  schedule_id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL,
  device_id TEXT NOT NULL,
  sendable TEXT NOT NULL,          -- JSON
  characters INTEGER NOT NULL,
  salt TEXT NOT NULL,              -- of the command's fingerprint, and gone with it
  send_at INTEGER NOT NULL,        -- milliseconds, as all times here
  due_at INTEGER,                  -- when it is next tried; NULL once it was refused
  refusal TEXT                     -- JSON; NULL while it waits
) WITHOUT ROWID`;
export const scheduledDueIndex =
  "CREATE INDEX scheduled_due ON scheduled (due_at) WHERE due_at IS NOT NULL";
export const scheduledOwnIndex = "CREATE INDEX scheduled_own ON scheduled (user_id, send_at)";

interface Row {
  schedule_id: ScheduleId;
  user_id: UserId;
  device_id: DeviceId;
  sendable: string;
  characters: number;
  salt: string;
  send_at: number;
  due_at: number | null;
  refusal: string | null;
}
type Kept = Pick<Row, "schedule_id" | "user_id" | "device_id" | "send_at">;

/** What is sent when the time has come: a send but for its name. */
export type Sendable = Omit<CommandOf<"send">, "type" | "command_id">;

/** One whose time has come. */
export type Due = Kept & { sendable: Sendable };

const insert = statement<Row>(
  `INSERT INTO scheduled (schedule_id, user_id, device_id, sendable, characters, salt, send_at, due_at, refusal)
   VALUES (:schedule_id, :user_id, :device_id, :sendable, :characters, :salt, :send_at, :due_at, :refusal)`,
);
const byId = statement<{ schedule_id: string }, Pick<Row, "user_id" | "salt" | "due_at">>(
  "SELECT user_id, salt, due_at FROM scheduled WHERE schedule_id = :schedule_id",
);
const ofUser = statement<{ user_id: string }, Row>(
  "SELECT * FROM scheduled WHERE user_id = :user_id ORDER BY send_at, schedule_id",
);
const held = statement<{ user_id: string }, { count: number; characters: number }>(
  "SELECT COUNT(*) AS count, IFNULL(SUM(characters), 0) AS characters FROM scheduled WHERE user_id = :user_id",
);
/** Who could not be sent waits as long again as it is late already. */
const claim = statement<
  { now: number; limit: number; pause: number; pause_max: number },
  Kept & Pick<Row, "sendable">
>(
  `UPDATE scheduled SET due_at = :now + MIN(MAX(:now - send_at, :pause), :pause_max)
   WHERE schedule_id IN (SELECT schedule_id FROM scheduled WHERE due_at <= :now ORDER BY due_at LIMIT :limit)
   RETURNING schedule_id, user_id, device_id, send_at, sendable`,
);
const refuse = statement<{ schedule_id: string; refusal: string }>(
  "UPDATE scheduled SET due_at = NULL, refusal = :refusal WHERE schedule_id = :schedule_id",
);
const remove = statement<{ schedule_id: string }>(
  "DELETE FROM scheduled WHERE schedule_id = :schedule_id",
);
const removeOf = statement<{ user_id: string }, { schedule_id: string }>(
  "DELETE FROM scheduled WHERE user_id = :user_id RETURNING schedule_id",
);
const next = statement<object, { due_at: number | null }>(
  "SELECT MIN(due_at) AS due_at FROM scheduled WHERE due_at IS NOT NULL",
);

export const scheduled = {
  add(sql: SqlPort, { sendable, ...kept }: Due & { salt: string; characters: number }): void {
    const { send_at: due_at } = kept;
    insert.run(sql, { ...kept, sendable: JSON.stringify(sendable), due_at, refusal: null });
  },
  find: (sql: SqlPort, schedule_id: ScheduleId) => byId.one(sql, { schedule_id }),
  ofUser: (sql: SqlPort, user_id: UserId): Scheduled[] => ofUser.all(sql, { user_id }).map(shownOf),
  held: (sql: SqlPort, user_id: UserId) =>
    held.one(sql, { user_id }) ?? { count: 0, characters: 0 },
  /** Takes some whose time has come, and puts each off: a crash before it is sent costs a later try. */
  claim(
    sql: SqlPort,
    asked: { now: number; limit: number; pause: number; pause_max: number },
  ): Due[] {
    const rows = claim.all(sql, asked).toSorted((one, other) => one.send_at - other.send_at);
    return rows.map((row) => ({ ...row, sendable: JSON.parse(row.sendable) as Sendable }));
  },
  refuse: (sql: SqlPort, schedule_id: ScheduleId, refusal: Refusal): void =>
    refuse.run(sql, { schedule_id, refusal: JSON.stringify(refusal) }),
  remove: (sql: SqlPort, schedule_id: ScheduleId): void => remove.run(sql, { schedule_id }),
  /** Says whether there were any. */
  removeOf: (sql: SqlPort, user_id: UserId): boolean => removeOf.all(sql, { user_id }).length > 0,
  next: (sql: SqlPort): number | null => next.one(sql, {})?.due_at ?? null,
};

function shownOf({ schedule_id, send_at, sendable, refusal }: Row): Scheduled {
  const { text, parent, in_room, quote, silent } = JSON.parse(sendable) as Sendable;
  return {
    schedule_id,
    send_at,
    message_id: messageIdOf(sendingOf(schedule_id)),
    text,
    parent: parent ?? null,
    in_room: parent === undefined || in_room === true,
    quote: quote ?? null,
    silent: silent === true,
    failed: refusal === null ? null : (JSON.parse(refusal) as Refusal),
  };
}
