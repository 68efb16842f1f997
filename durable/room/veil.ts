import type { LogEvent } from "../../schema/events.ts";
import { subjectOf } from "../../schema/events.ts";
import type { MessageId, UserId } from "../../schema/ids.ts";
import type { Room } from "../../schema/room.ts";
import type { SqlPort } from "../kernel/host.ts";
import { members } from "./stores/members.ts";
import { messages } from "./stores/messages.ts";

/**
 * Where history begins with one's joining, older messages go on being edited and taken back. To whoever may not see them
 * such an event is a step without words, as if its body had been erased: the chain holds over it.
 */
export type Veil = (event: LogEvent, first_seq: number) => LogEvent;

const saysOldWords: ReadonlySet<string> = new Set(["message.edited", "message.restored"]);

/** What has to be known of these events in order to veil some of them; null where there is nothing to veil. */
export function veilOver(sql: SqlPort, events: readonly LogEvent[]): Veil | null {
  const about = new Map<LogEvent, MessageId>();
  for (const event of events) {
    const message_id = saysOldWords.has(event.type) ? subjectOf(event) : null;
    if (message_id) about.set(event, message_id);
  }
  if (about.size === 0) return null;
  const found = messages.byIds(sql, [...new Set(about.values())]);
  const seqs = new Map(found.map(({ message_id, seq }) => [message_id, seq]));
  return (event, first_seq) => {
    const message_id = about.get(event);
    const is_older = message_id !== undefined && (seqs.get(message_id) ?? 0) < first_seq;
    return is_older ? { ...event, body: null, salt: null } : event;
  };
}

/** What one member has of some events of a flush, where that is not what everyone has. */
export type FlushVeil = (events: readonly LogEvent[], user_id: UserId) => LogEvent[] | null;

/** Worked out in the flush's transaction, so that nothing has to be looked up when it is told. */
export function flushVeil(
  sql: SqlPort,
  { settings }: Room,
  events: readonly LogEvent[],
): FlushVeil | null {
  const veil = settings.history === "joined" ? veilOver(sql, events) : null;
  if (!veil) return null;
  const joined = members.joinedSeqs(sql);
  return (some, user_id) => {
    const first_seq = joined.get(user_id) ?? 1;
    const seen = some.map((event) => veil(event, first_seq));
    return seen.every((event, at) => event === some[at]) ? null : seen;
  };
}

/** Events as a reader may have them whose history begins with this seq. */
export function veiled(sql: SqlPort, events: LogEvent[], first_seq: number): LogEvent[] {
  const veil = first_seq > 1 ? veilOver(sql, events) : null;
  return veil ? events.map((event) => veil(event, first_seq)) : events;
}
