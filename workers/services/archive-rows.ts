import type { LogEvent } from "../../schema/events.ts";
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

export interface StepRows {
  events: EventRow[];
  sent: {
    message_id: MessageId;
    epoch: Epoch;
    seq: number;
    author: UserId;
    text: string | null;
    at: number;
  }[];
  /** At most one for each message: its last. */
  edited: { message_id: MessageId; text: string; edited_at: number }[];
  deleted: { message_id: MessageId; deleted_at: number }[];
}

export function stepRows({ epoch, events }: ArchiveStep): StepRows {
  const edited = new Map<MessageId, StepRows["edited"][number]>();
  const rows: StepRows = { events: [], sent: [], edited: [], deleted: [] };
  for (const event of events) {
    const subject = subjectOf(event);
    rows.events.push({ ...event, epoch, subject });
    if (subject === null) continue;
    if (event.type === "message.sent") {
      const text = bodyOf(event, "message.sent")?.text ?? null;
      rows.sent.push({
        message_id: subject,
        epoch,
        seq: event.seq,
        author: event.actor,
        text,
        at: event.at,
      });
    }
    const edit = bodyOf(event, "message.edited");
    if (edit) edited.set(subject, { message_id: subject, text: edit.text, edited_at: event.at });
    if (event.type === "message.deleted")
      rows.deleted.push({ message_id: subject, deleted_at: event.at });
  }
  rows.edited = [...edited.values()];
  return rows;
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
