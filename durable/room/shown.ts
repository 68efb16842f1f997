import type { UserId } from "../../schema/ids.ts";
import type { Message, Reaction, Thread } from "../../schema/message.ts";
import type { SqlPort } from "../kernel/host.ts";
import type { StoredMessage } from "./stores/messages.ts";
import { messages } from "./stores/messages.ts";
import { pins } from "./stores/pins.ts";
import { reactions } from "./stores/reactions.ts";

/**
 * Messages as a reader sees them: with reactions, threads and pins. One statement for each of these, however many
 * messages there are.
 */
export function shown(sql: SqlPort, stored: readonly StoredMessage[], reader: UserId): Message[] {
  if (stored.length === 0) return [];
  const pinned = pins.among(
    sql,
    stored.map(({ message_id }) => message_id),
  );
  const threads = threadsOf(sql, stored);
  const chosen = reactionsOf(sql, stored, reader);
  return stored.map((message) => ({
    ...message,
    pinned_at: pinned.get(message.message_id) ?? null,
    thread: threads.get(message.message_id) ?? null,
    reactions: chosen.get(message.seq) ?? [],
  }));
}

function threadsOf(sql: SqlPort, stored: readonly StoredMessage[]): Map<string, Thread> {
  const roots = stored.filter(({ parent }) => parent === null).map(({ message_id }) => message_id);
  const rows = messages.threads(sql, roots);
  if (rows.length === 0) return new Map();
  const people = Map.groupBy(
    messages.participants(
      sql,
      rows.map(({ parent }) => parent),
    ),
    ({ parent }) => parent,
  );
  return new Map(
    rows.map(({ parent, ...thread }) => [
      parent,
      { ...thread, participants: (people.get(parent) ?? []).map(({ author }) => author) },
    ]),
  );
}

function reactionsOf(
  sql: SqlPort,
  stored: readonly StoredMessage[],
  reader: UserId,
): Map<number, Reaction[]> {
  const rows = reactions.summed(
    sql,
    stored.map(({ seq }) => seq),
    reader,
  );
  const bySeq = Map.groupBy(rows, ({ message_seq }) => message_seq);
  return new Map([...bySeq].map(([seq, all]) => [seq, all.map(reactionOf)]));
}

function reactionOf({
  emoji,
  count,
  users,
  mine,
}: ReturnType<typeof reactions.summed>[number]): Reaction {
  return { emoji, count, users: JSON.parse(users) as UserId[], mine: mine === 1 };
}
