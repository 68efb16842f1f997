import { sha256Text } from "../../schema/chain.ts";
import type { LogEvent } from "../../schema/events.ts";
import type { RoomId } from "../../schema/ids.ts";
import type { Position } from "../../schema/position.ts";
import type { ArchiveStep, Watermark } from "../../schema/rpc.ts";
import type { EventRow, SentRow, StepRows } from "./archive-rows.ts";
import type { Followed } from "./room-members.ts";
import { inParameters, stepRows } from "./archive-rows.ts";

/**
 * The archive in D1. All SQL about it is here.
 *
 * A step is written in one batch, which D1 runs as one transaction, and every statement of it applies only while the
 * watermark is still where the step began. That is what makes concurrent consumers of one room safe: transactions on
 * one database follow one another, so of two steps that begin at the same place the first moves the watermark, and
 * the second, whole and not in part, writes nothing. The same holds for a step that is repeated after its answer
 * was lost. Events besides are unique by room, epoch and seq.
 */
export interface History {
  watermark(room_id: RoomId): Promise<Watermark | null>;
  /** False where the archive was no longer at `from`: look where it is now, and go on from there. */
  append(from: Watermark | null, step: ArchiveStep, through: Watermark): Promise<boolean>;
  /** What happened to a room's members after a position, as far as one step looks; null where there is nothing after it. */
  memberEvents(
    room_id: RoomId,
    after: Position | null,
  ): Promise<(Followed & { is_head: boolean }) | null>;
  lastLagMs(): Promise<{ lag_ms: number; updated_at: number } | null>;
  appliedMigrations(): Promise<string[]>;
}

/** ?1 is the room, ?2 and ?3 the epoch and seq that the step began at, null for a room that is new here. */
const UNMOVED = `(SELECT epoch FROM watermarks WHERE room_id = ?1) IS ?2
      AND (SELECT seq FROM watermarks WHERE room_id = ?1) IS ?3`;

const column = (name: string) => `json_extract(value, '$.${name}')`;
const eventColumns = [
  ...["epoch", "seq", "type", "at", "actor", "device", "command_id"],
  ...["subject", "body", "salt", "body_hash", "prev_hash", "hash"],
] as const satisfies readonly (keyof EventRow)[];
const sentColumns = [
  ...["message_id", "epoch", "seq", "author", "text", "at", "parent", "in_room", "more"],
] as const satisfies readonly (keyof SentRow)[];

const statements = {
  watermark: "SELECT epoch, seq, hash FROM watermarks WHERE room_id = ?1",
  insertEvents: `INSERT OR IGNORE INTO events (room_id, ${eventColumns.join(", ")})
    SELECT ?1, ${eventColumns.map(column).join(", ")} FROM json_each(?4) WHERE ${UNMOVED}`,
  // A log that is told again in a new epoch sends its messages again: they are the ones to show from then on.
  insertMessages: `INSERT INTO messages (room_id, ${sentColumns.join(", ")})
    SELECT ?1, ${sentColumns.map(column).join(", ")} FROM json_each(?4) WHERE ${UNMOVED}
    ON CONFLICT (room_id, message_id) DO UPDATE SET epoch = excluded.epoch, seq = excluded.seq, text = excluded.text,
      at = excluded.at, edited_at = NULL, deleted_at = NULL, deleted_by = NULL, parent = excluded.parent,
      in_room = excluded.in_room, more = excluded.more WHERE messages.epoch <> excluded.epoch`,
  // An edit leaves what the message was sent with, but for whom its text called and where it lay.
  changeMessages: `UPDATE messages SET ${["text", "edited_at", "deleted_at", "deleted_by"]
    .map((name) => `${name} = ${column(name)}`)
    .join(", ")},
      parent = iif(${column("is_placed")}, ${column("parent")}, messages.parent),
      in_room = iif(${column("is_placed")}, ${column("in_room")}, messages.in_room),
      more = iif(${column("is_whole")}, ${column("more")}, nullif(json_patch(
        json_remove(coalesce(messages.more, '{}'), '$.large', '$.mentions'), coalesce(${column("more")}, '{}')), '{}'))
    FROM json_each(?4) AS change
    WHERE messages.room_id = ?1 AND messages.message_id = ${column("message_id")} AND ${UNMOVED}`,
  // Also in a life of the log before this one, where the same words may stand.
  eraseBodies: `UPDATE events SET body = NULL, salt = NULL FROM json_each(?4) AS erasure
    WHERE events.room_id = ?1 AND events.subject = ${column("message_id")}
      AND events.type IN ('message.sent', 'message.edited', 'message.restored')
      AND (events.epoch <> ${column("epoch")} OR events.seq < ${column("before")}) AND ${UNMOVED}`,
  memberEvents: `SELECT ${eventColumns.join(", ")} FROM events WHERE room_id = ?1 AND epoch = ?2 AND seq > ?3 AND seq <= ?4
      AND type IN ('room.created', 'member.added', 'member.joined', 'member.left', 'member.removed') ORDER BY seq`,
  moveWatermark: `INSERT INTO watermarks (room_id, epoch, seq, hash, lag_ms, updated_at)
    SELECT ?1, ?4, ?5, ?6, ?7, ?8 WHERE ${UNMOVED}
    ON CONFLICT (room_id) DO UPDATE SET epoch = excluded.epoch, seq = excluded.seq, hash = excluded.hash,
      lag_ms = excluded.lag_ms, updated_at = excluded.updated_at
    RETURNING seq`,
  lastLag: "SELECT lag_ms, updated_at FROM watermarks ORDER BY updated_at DESC LIMIT 1",
  appliedMigrations: "SELECT name FROM d1_migrations ORDER BY id",
} as const;

/**
 * Which of the archive's databases holds a room: the one that a hash of both ranks highest. It depends on nothing
 * but the two, and a database that is added takes its share from the others without moving rooms between them.
 */
export function shardOf(room_id: RoomId, shards: number): number {
  const ranks = Array.from({ length: shards }, (_, shard) =>
    sha256Text(["quoth/shard/1", room_id, shard]),
  );
  return ranks.reduce((best, rank, shard) => (rank > (ranks[best] ?? "") ? shard : best), 0);
}

export function historyOf(room_id: RoomId, databases: readonly D1Database[]): History {
  const database = databases[shardOf(room_id, databases.length)];
  if (!database) throw new Error("the archive has no database");
  return createHistory(database);
}

export function createHistory(database: D1Database, now: () => number = Date.now): History {
  return {
    watermark: (room_id) => database.prepare(statements.watermark).bind(room_id).first<Watermark>(),
    async memberEvents(room_id, after) {
      const head = await database.prepare(statements.watermark).bind(room_id).first<Watermark>();
      const seq = after?.epoch === head?.epoch ? (after?.seq ?? 0) : 0;
      if (head === null || head.seq <= seq) return null;
      const through = { epoch: head.epoch, seq: Math.min(head.seq, seq + EVENTS_LOOKED_AT) };
      const found = database.prepare(statements.memberEvents);
      const asked = found.bind(room_id, through.epoch, seq, through.seq);
      const events = (await asked.all<Stored>()).results.map(eventOf);
      return { through, events, is_head: through.seq === head.seq };
    },
    async append(from, step, through) {
      const results = await database.batch(
        stepStatements(database, { from, step, through, now_ms: now() }),
      );
      return results.at(-1)?.results.length === 1;
    },
    lastLagMs: () =>
      database.prepare(statements.lastLag).first<{ lag_ms: number; updated_at: number }>(),
    async appliedMigrations() {
      const { results } = await database
        .prepare(statements.appliedMigrations)
        .all<{ name: string }>();
      return results.map((row) => row.name);
    },
  };
}

/** Of a log that is looked through for its members. */
const EVENTS_LOOKED_AT = 5_000;

type Stored = Omit<LogEvent, "body"> & { body: string | null };

const eventOf = ({ body, ...event }: Stored): LogEvent => ({
  ...event,
  body: body === null ? null : (JSON.parse(body) as Record<string, unknown>),
});

interface Move {
  from: Watermark | null;
  step: ArchiveStep;
  through: Watermark;
  now_ms: number;
}

/** The order matters: a message is sent, then changed, then erased, and the watermark moves last. */
function stepStatements(
  database: D1Database,
  { from, step, through, now_ms }: Move,
): D1PreparedStatement[] {
  const begun = [step.room_id, from?.epoch ?? null, from?.seq ?? null];
  const rows: StepRows = stepRows(step);
  const each = (name: keyof typeof statements, list: readonly object[]) =>
    inParameters(list).map((parameter) =>
      database.prepare(statements[name]).bind(...begun, parameter),
    );
  const lag_ms = Math.max(0, now_ms - (step.events.at(-1)?.at ?? now_ms));
  const { epoch, seq, hash } = through;
  return [
    ...each("insertEvents", rows.events),
    ...each("insertMessages", rows.sent),
    ...each("changeMessages", rows.changed),
    ...each("eraseBodies", rows.erased),
    database.prepare(statements.moveWatermark).bind(...begun, epoch, seq, hash, lag_ms, now_ms),
  ];
}
