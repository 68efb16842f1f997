import type { EventBody, LogEvent } from "../../schema/events.ts";
import { bodyOf, subjectOf } from "../../schema/events.ts";
import type { Epoch, MessageId, UserId } from "../../schema/ids.ts";
import { limits } from "../../schema/limits.ts";
import type { ArchiveStep } from "../../schema/rpc.ts";

/** One step of a log as rows for the archive. Pure: events in, rows out. */
export interface EventRow extends LogEvent {
  epoch: Epoch;
  /** The message that the event is about. */
  subject: MessageId | null;
}

/** Where a message stands. `in_room` is 0 or 1, as in the room's own table. */
interface Place {
  parent: MessageId | null;
  in_room: number;
}

export interface SentRow extends Place {
  message_id: MessageId;
  epoch: Epoch;
  seq: number;
  author: UserId;
  text: string | null;
  at: number;
  more: string | null;
}

/** What a step makes of a message that was sent, in it or before: at most one row for each message, the last state. */
export interface ChangedRow extends Place {
  message_id: MessageId;
  text: string | null;
  edited_at: number | null;
  deleted_at: number | null;
  deleted_by: UserId | null;
  /** Whether the place is told here: what is erased with a deletion does not say it any more. */
  is_placed: number;
  /** Whether `more` is all there is; an edit says nothing of what stays as it was sent. */
  is_whole: number;
  more: string | null;
}

/** A message's words up to its deletion are erased in the archive too; what a restoration says comes after it. */
export interface ErasedRow {
  message_id: MessageId;
  epoch: Epoch;
  before: number;
}

export interface StepRows {
  events: EventRow[];
  sent: SentRow[];
  changed: ChangedRow[];
  erased: ErasedRow[];
}

export function stepRows({ epoch, events }: ArchiveStep): StepRows {
  const rows: StepRows = { events: [], sent: [], changed: [], erased: [] };
  const changed = new Map<MessageId, ChangedRow>();
  for (const event of events) {
    const subject = subjectOf(event);
    rows.events.push({ ...event, epoch, subject });
    if (subject === null) continue;
    if (event.type === "message.sent") rows.sent.push(sentRow(event, epoch, subject));
    const change = changeBy(event, subject, changed.get(subject));
    if (change) changed.set(subject, change);
    if (event.type === "message.deleted")
      rows.erased.push({ message_id: subject, epoch, before: event.seq });
  }
  rows.changed = [...changed.values()];
  return rows;
}

function sentRow(event: LogEvent, epoch: Epoch, message_id: MessageId): SentRow {
  const { seq, at, actor: author } = event;
  const body = bodyOf(event, "message.sent");
  const text = body?.text ?? null;
  return { message_id, epoch, seq, author, text, at, ...placeOf(body), more: moreOf(body) };
}

/** What an event makes of a message, after what the step had made of it before. Null where it changes nothing of it. */
function changeBy(
  event: LogEvent,
  message_id: MessageId,
  before: ChangedRow | undefined,
): ChangedRow | null {
  const { at, actor } = event;
  const known = before ?? { ...unplaced, is_whole: 0, more: null };
  const here = { deleted_at: null, deleted_by: null };
  const edited = bodyOf(event, "message.edited");
  if (edited) {
    const more = jsonOf({ ...kept(known), ...partsOf(edited) });
    return { ...known, message_id, text: edited.text, edited_at: at, ...here, more };
  }
  const deleted = bodyOf(event, "message.deleted");
  if (deleted) {
    const place = { ...placeOf(deleted), is_placed: 1 };
    const gone = { text: null, edited_at: null, deleted_at: at, deleted_by: actor };
    return { message_id, ...gone, ...place, is_whole: 1, more: null };
  }
  const restored = bodyOf(event, "message.restored");
  if (!restored) return null;
  const { text, edited_at } = restored;
  return {
    ...known,
    message_id,
    text,
    edited_at,
    ...here,
    is_whole: 1,
    more: moreOf(restored),
  };
}

const unplaced = { parent: null, in_room: 1, is_placed: 0 };

function placeOf(body: Partial<EventBody<"message.sent">> | null): Place {
  const parent = body?.parent ?? null;
  return { parent, in_room: Number(parent === null || body?.in_room === true) };
}

type Parts = Partial<EventBody<"message.restored">>;

/** What is said besides the words, as the room keeps it; the ways in which an ordinary message is plain are left out. */
function partsOf({ quote, forwarded, silent, large, mentions }: Parts): Parts {
  const said = Object.entries({ quote, forwarded, silent, large, mentions });
  return Object.fromEntries(said.filter(([, value]) => value !== undefined));
}

const moreOf = (body: Parts | null): string | null => jsonOf(partsOf(body ?? {}));

const jsonOf = (parts: Parts): string | null =>
  Object.keys(parts).length > 0 ? JSON.stringify(parts) : null;

/** What outlasts an edit: whom a text calls and where it lies goes with the text. */
function kept({ is_whole, more }: Pick<ChangedRow, "is_whole" | "more">): Parts {
  if (is_whole === 0 || more === null) return {};
  const { quote, forwarded, silent } = JSON.parse(more) as Parts;
  return partsOf({ quote, forwarded, silent } as Parts);
}

const encoder = new TextEncoder();

/** A bound value is at most a row's size; half of that leaves room for what SQLite makes of it. */
const PARAMETER_BYTES = limits.row_bytes / 2;

/** The rows as JSON arrays, each small enough to be bound as one parameter. */
export function inParameters(rows: readonly object[], max_bytes = PARAMETER_BYTES): string[] {
  const parameters: string[] = [];
  let part: string[] = [];
  let bytes = 2;
  for (const row of rows) {
    const json = JSON.stringify(row);
    const size = encoder.encode(json).length + 1;
    if (part.length > 0 && bytes + size > max_bytes) {
      parameters.push(`[${part.join(",")}]`);
      part = [];
      bytes = 2;
    }
    part.push(json);
    bytes += size;
  }
  if (part.length > 0) parameters.push(`[${part.join(",")}]`);
  return parameters;
}
