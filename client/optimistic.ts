import type { CommandId, UserId } from "../schema/ids.ts";
import { messageIdOf } from "../schema/ids.ts";
import type { Message } from "../schema/message.ts";
import type { Refusal } from "../schema/refusals.ts";
import type { Entry } from "./outbox.ts";

/** A message as it is shown: what the log says, with what waits in the outbox on top. */
export interface ShownMessage extends Message {
  state: "sending" | "sent" | "failed";
  /** The command that made the state: what to retry or to discard. Null where the log says it all. */
  pending: CommandId | null;
  change: "send" | "edit" | "delete" | null;
  refusal: Refusal | null;
}

/** Pending messages stand after all others, in the order in which they will be sent. */
export function showPending(
  confirmed: readonly Message[],
  entries: readonly Entry[],
  me: UserId,
): readonly ShownMessage[] {
  const shown = confirmed.map((message): ShownMessage => ({ ...message, ...settled }));
  if (entries.length === 0) return shown;
  const places = new Map(shown.map((message, place) => [message.message_id, place]));
  for (const entry of entries) {
    const { command } = entry;
    if (command.type === "leave") continue;
    if (command.type === "send") {
      const message_id = messageIdOf(command.command_id);
      if (places.has(message_id)) continue;
      places.set(message_id, shown.length);
      shown.push({ ...unsent(entry, me), message_id, text: command.text, ...pendingState(entry) });
      continue;
    }
    const place = places.get(command.message_id);
    const message = place === undefined ? undefined : shown[place];
    if (place === undefined || message === undefined) continue;
    shown[place] = { ...message, ...changed(entry, message), ...follow(message, entry) };
  }
  return shown;
}

const settled = { state: "sent", pending: null, change: null, refusal: null } as const;

type Pending = Pick<ShownMessage, "state" | "pending" | "change" | "refusal">;

function pendingState(entry: Entry): Pending {
  const { state, command, refusal } = entry;
  if (state === "accepted" || command.type === "leave") return settled;
  return {
    state: state === "failed" ? "failed" : "sending",
    pending: entry.command_id,
    change: command.type,
    refusal,
  };
}

/** The first trouble stays in sight: a later change waits behind it. */
function follow(message: ShownMessage, entry: Entry): Pending | null {
  return message.state === "failed" || (message.state === "sending" && entry.state !== "failed")
    ? null
    : pendingState(entry);
}

function changed(entry: Entry, message: Message): Partial<Message> {
  // A change that was refused is shown as not made; its author sees why, and the text is kept for a retry.
  if (entry.state === "failed") return {};
  const at = entry.receipt?.at ?? entry.at;
  return entry.command.type === "edit"
    ? { text: entry.command.text, edited_at: at }
    : { text: null, deleted_at: message.deleted_at ?? at };
}

function unsent(entry: Entry, me: UserId): Omit<Message, "message_id" | "text"> {
  const { receipt } = entry;
  return {
    seq: receipt?.seq ?? Number.MAX_SAFE_INTEGER,
    author: me,
    at: receipt?.at ?? entry.at,
    edited_at: null,
    deleted_at: null,
  };
}
