import type { EventBody, LogEvent } from "../../schema/events.ts";
import { messageIdOf, type MessageId } from "../../schema/ids.ts";
import { limits } from "../../schema/limits.ts";
import type { Thread } from "../../schema/message.ts";
import { placeOf, readAt, type Draft, type Followed, type Reply } from "./draft.ts";

/** How threads look from their roots. A root that is not here, older than what is shown, says so itself when it is read. */
function sent(draft: Draft, event: LogEvent, { parent }: EventBody<"message.sent">): void {
  if (parent === undefined) return;
  const { seq, at, actor: author } = event;
  const reply = { message_id: messageIdOf(event.command_id), seq, at, author, gone: false };
  follow(draft, event, parent, ({ base, replies }) => ({ base, replies: [...replies, reply] }));
}

function deleted(
  draft: Draft,
  event: LogEvent,
  { message_id, parent }: EventBody<"message.deleted">,
): void {
  if (parent === undefined) return;
  follow(draft, event, parent, ({ base, replies }) => {
    if (isAmong(replies, message_id)) return { base, replies: marked(replies, message_id, true) };
    // Sent since, and erased already when it came: it was counted by nobody here.
    const erased = draft.messages.find((one) => one.message_id === message_id);
    if (erased !== undefined && erased.seq > readAt(draft, parent)) {
      const { seq, author, at } = erased;
      const reply = { message_id, seq, author, at, gone: true };
      return { base, replies: [...replies, reply].toSorted((one, other) => one.seq - other.seq) };
    }
    const rest = base === null || base.replies <= 1 ? null : { ...base, replies: base.replies - 1 };
    // There is one less; whether it was the last, and who is left, only the room can say.
    if (rest !== null || base === null) draft.unsure.add(parent);
    return { base: rest, replies };
  });
}

function restored(
  draft: Draft,
  event: LogEvent,
  { message_id, parent }: EventBody<"message.restored">,
): void {
  if (parent === undefined) return;
  follow(draft, event, parent, ({ base, replies }) => {
    if (!isAmong(replies, message_id)) draft.unsure.add(parent);
    return { base, replies: marked(replies, message_id, false) };
  });
}

function follow(
  draft: Draft,
  event: LogEvent,
  root_id: MessageId,
  changed: (followed: Followed) => Followed,
): void {
  const place = placeOf(draft, event, root_id);
  const root = draft.messages[place];
  if (root === undefined) return;
  const followed = changed(draft.threads.get(root_id) ?? { base: root.thread, replies: [] });
  draft.threads.set(root_id, followed);
  draft.messages[place] = { ...root, thread: summary(followed) };
}

const isAmong = (replies: readonly Reply[], message_id: MessageId): boolean =>
  replies.some((reply) => reply.message_id === message_id);

const marked = (replies: readonly Reply[], message_id: MessageId, gone: boolean) =>
  replies.map((reply) => (reply.message_id === message_id ? { ...reply, gone } : reply));

function summary({ base, replies }: Followed): Thread | null {
  return replies.reduce<Thread | null>(
    (thread, reply) => (reply.gone ? thread : withReply(thread, reply)),
    base,
  );
}

/** A thread with one reply more, which is its newest. */
export function withReply(
  thread: Thread | null,
  { author, at, seq }: Pick<Reply, "author" | "at" | "seq">,
): Thread {
  const others = (thread?.participants ?? []).filter((user_id) => user_id !== author);
  return {
    replies: (thread?.replies ?? 0) + 1,
    last_reply_at: at,
    last_reply_seq: seq,
    participants: [author, ...others].slice(0, limits.thread_participants),
  };
}

export const threads = { sent, deleted, restored };
