import type { CommandId, MessageId, UserId } from "../schema/ids.ts";
import { messageIdOf } from "../schema/ids.ts";
import type { Message, Thread } from "../schema/message.ts";
import type { Refusal } from "../schema/refusals.ts";
import type { Entry, OutboxCommand } from "./outbox.ts";
import { goneBy, plain } from "./slices/messages.ts";
import { withoutReaction, withReaction } from "./slices/reactions.ts";
import { withReply } from "./slices/threads.ts";

/** What is done to a message, or makes one that can be shown before the room has it. */
type Shown = Extract<
  OutboxCommand,
  { type: "send" | "edit" | "delete" | "restore" | "react" | "unreact" | "pin" | "unpin" }
>;
type Change = Exclude<Shown, { type: "send" }>;

/** A message as it is shown: what the log says, with what waits in the outbox on top. */
export interface ShownMessage extends Message {
  state: "sending" | "sent" | "failed";
  /** The command that made the state: what to retry or to discard. Null where the log says it all. */
  pending: CommandId | null;
  change: Shown["type"] | null;
  refusal: Refusal | null;
}

/**
 * Pending messages stand after all others, in the order in which they will be sent; those that go into a thread only are
 * among them, with `in_room: false`. What a forwarded message says is not known here before the room has read it, and
 * what concerns the room or its members counts when the room has decided: none of that is shown before.
 */
export function showPending(
  confirmed: readonly Message[],
  entries: readonly Entry[],
  me: UserId,
): readonly ShownMessage[] {
  const shown = confirmed.map((message): ShownMessage => ({ ...message, ...settled }));
  const waiting = entries.filter(isShown);
  if (waiting.length === 0) return shown;
  const places = new Map(shown.map((message, place) => [message.message_id, place]));
  /** As they read when their deletion was asked for. */
  const gone = new Map<MessageId, Message>();
  for (const entry of waiting) {
    const { command } = entry;
    if (isOf(entry, "send")) {
      const message_id = messageIdOf(command.command_id);
      if (places.has(message_id)) continue;
      places.set(message_id, shown.length);
      shown.push({ ...unsent(entry, me), message_id, ...pendingState(entry) });
      continue;
    }
    const change = entry as Entry<Change>;
    const place = places.get(change.command.message_id) ?? -1;
    const message = shown[place];
    if (message === undefined) continue;
    const now = changed(change, message, { me, gone });
    shown[place] = { ...message, ...now, ...(follow(message, change) ?? stateOf(message)) };
  }
  countReplies(shown, places, confirmed);
  return shown;
}

const settled = { state: "sent", pending: null, change: null, refusal: null } as const;
const words: ReadonlySet<string> = new Set(["send", "edit", "delete", "restore"]);
const marks: ReadonlySet<string> = new Set(["react", "unreact", "pin", "unpin"]);

const isShown = (entry: Entry): entry is Entry<Shown> =>
  words.has(entry.command.type) || marks.has(entry.command.type);

const isOf = <T extends Shown["type"]>(
  entry: Entry<Shown>,
  type: T,
): entry is Entry<Extract<Shown, { type: T }>> => entry.command.type === type;

type Pending = Pick<ShownMessage, "state" | "pending" | "change" | "refusal">;

function pendingState({ state, command, command_id, refusal }: Entry<Shown>): Pending {
  if (state === "accepted") return settled;
  const is_failed = state === "failed";
  return {
    state: is_failed ? "failed" : "sending",
    pending: command_id,
    change: command.type,
    refusal,
  };
}

const stateOf = ({ state, pending, change, refusal }: Pending): Pending => ({
  state,
  pending,
  change,
  refusal,
});

/** The first trouble stays in sight: a later change waits behind it. A mark that waits leaves the words as sent as they are. */
function follow(message: ShownMessage, entry: Entry<Change>): Pending | null {
  const is_failed = entry.state === "failed";
  if (message.state === "failed" || (message.state === "sending" && !is_failed)) return null;
  return is_failed || words.has(entry.command.type) ? pendingState(entry) : null;
}

function changed(
  { state, command, receipt, at: asked_at }: Entry<Change>,
  message: Message,
  { me, gone }: { me: UserId; gone: Map<MessageId, Message> },
): Partial<Message> {
  // A change that was refused is shown as not made; its author sees why, and the text is kept for a retry.
  if (state === "failed") return {};
  const at = receipt?.at ?? asked_at;
  const { reactions } = message;
  switch (command.type) {
    case "edit":
      return { text: command.text, edited_at: at };
    case "delete":
      if (message.deleted_at !== null) return {};
      gone.set(message.message_id, message);
      return { ...goneBy(me, at), ...bare };
    case "restore":
      // Its words are here only where their deletion waits too.
      return gone.has(message.message_id) ? { ...gone.get(message.message_id), ...bare } : {};
    case "react":
      return { reactions: withReaction(reactions, command.emoji, me, true) };
    case "unreact":
      return { reactions: withoutReaction(reactions, command.emoji, me, true) };
    case "pin":
      return { pinned_at: message.pinned_at ?? at };
    default:
      return { pinned_at: null };
  }
}

/** A deletion takes reactions and the pin along, and they do not come back with the words. */
const bare: Pick<Message, "reactions" | "pinned_at"> = { reactions: [], pinned_at: null };

function unsent({ command, receipt, at }: Entry<Extract<Shown, { type: "send" }>>, me: UserId) {
  const { text, parent = null, in_room = false, quote = null, silent = false } = command;
  return {
    ...plain(),
    seq: receipt?.seq ?? Number.MAX_SAFE_INTEGER,
    author: me,
    text,
    at: receipt?.at ?? at,
    parent,
    in_room: parent === null || in_room,
    quote,
    silent,
  };
}

/** Replies that wait count on their root, and those whose deletion waits do not. */
function countReplies(
  shown: ShownMessage[],
  places: ReadonlyMap<MessageId, number>,
  confirmed: readonly Message[],
): void {
  shown.forEach((message, place) => {
    const root_place = message.parent === null ? -1 : (places.get(message.parent) ?? -1);
    const root = shown[root_place];
    if (root === undefined) return;
    const before = confirmed[place];
    const says = message.text !== null && message.state !== "failed";
    if (before === undefined && says)
      shown[root_place] = { ...root, thread: withReply(root.thread, message) };
    if (before?.deleted_at === null && message.deleted_at !== null)
      shown[root_place] = { ...root, thread: withoutReply(root.thread) };
  });
}

const withoutReply = (thread: Thread | null): Thread | null =>
  thread === null || thread.replies <= 1 ? null : { ...thread, replies: thread.replies - 1 };
