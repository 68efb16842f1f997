import type { EventBody, LogEvent } from "../../schema/events.ts";
import { bodyOf } from "../../schema/events.ts";
import { transact } from "../kernel/sql.ts";
import type { RoomContext } from "./context.ts";
import type { StoredMessage } from "./stores/messages.ts";
import { messages } from "./stores/messages.ts";
import { withheld } from "./stores/withheld.ts";
import { eraseFiles, hasFiles } from "./texts.ts";

/**
 * A deletion can be taken back for a while. What the message said is put aside in the transaction that deletes it, where
 * nobody reads it, and forgotten when the time is over.
 */
export const WITHHELD_TIMER = "withheld";

/** Before the event is applied: afterwards the words are gone. */
export function withhold(context: RoomContext, event: LogEvent): void {
  const { sql } = context.host;
  const restored = bodyOf(event, "message.restored");
  if (restored) return withheld.remove(sql, restored.message_id);
  const deleted = bodyOf(event, "message.deleted");
  const message = deleted && messages.find(sql, deleted.message_id);
  if (!message || message.text === null) return;
  const window_ms = context.room()?.settings.restore_window_ms ?? 0;
  const has_files = hasFiles(context, message);
  if (window_ms === 0) return has_files ? eraseFiles(context, message.message_id) : undefined;
  const until = event.at + window_ms;
  withheld.put(sql, { said: saidOf(message, message.text), has_files, until });
  context.alarms.within(WITHHELD_TIMER, until);
}

/** What a restoration will say. */
function saidOf(message: StoredMessage, text: string): EventBody<"message.restored"> {
  const { message_id, edited_at, quote, forwarded, silent, large, mentions } = message;
  const said: EventBody<"message.restored"> = { message_id, text, edited_at };
  if (quote) said.quote = quote;
  if (forwarded) said.forwarded = forwarded;
  if (silent) said.silent = true;
  if (large) said.large = large;
  if (mentions) said.mentions = mentions;
  return said;
}

export function forgetWithheld(context: RoomContext): void {
  const { host, alarms } = context;
  transact(host.sql, () => {
    for (const { message_id, has_files } of withheld.forget(host.sql, host.now()))
      if (has_files) eraseFiles(context, message_id);
    alarms.set(WITHHELD_TIMER, withheld.next(host.sql));
  });
}
