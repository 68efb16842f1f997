import type { EventBody, LogEvent } from "../../schema/events.ts";
import { messageIdOf } from "../../schema/ids.ts";
import { plainMessage, type Message } from "../../schema/message.ts";
import { change, type Draft, type Step } from "./draft.ts";
import { firstSeqOf } from "./room.ts";

type Said = Pick<Message, "quote" | "forwarded" | "silent" | "large" | "mentions">;

/**
 * The id comes from the command, not from the body: an erased message keeps its place and its name. Where it stood says
 * its deletion, which comes later in the log.
 */
function sent(draft: Draft, event: LogEvent, body: EventBody<"message.sent"> | null): void {
  const { seq, at, actor: author } = event;
  const parent = body?.parent ?? null;
  // What is said in a thread only is counted there, see threads.ts.
  if (parent !== null && body?.in_room !== true) return;
  const message_id = messageIdOf(event.command_id);
  const text = body?.text ?? null;
  const said = saidIn(body ?? {});
  draft.messages.push({ ...plain(), message_id, seq, author, text, at, parent, ...said });
}

const edited: Step<"message.edited"> = (draft, event, body) => {
  const { message_id, text, large = null, mentions = null } = body;
  change(draft, event, message_id, ({ deleted_at }) =>
    deleted_at === null ? { text, edited_at: event.at, large, mentions } : {},
  );
};

const deleted: Step<"message.deleted"> = (draft, event, { message_id, parent = null, in_room }) => {
  const stays = parent === null || in_room === true;
  change(draft, event, message_id, () => ({
    ...goneBy(event.actor, event.at),
    parent,
    in_room: stays,
  }));
  if (!stays) draft.messages = draft.messages.filter((one) => one.message_id !== message_id);
};

const restored: Step<"message.restored"> = (draft, event, body) => {
  const { message_id, text, edited_at } = body;
  change(draft, event, message_id, () => ({
    ...{ text, edited_at, deleted_at: null, deleted_by: null },
    ...saidIn(body),
  }));
};

/** Where history begins with one's joining, what is older is not shown, whenever that was decided. */
function hidden(draft: Draft): void {
  const first_seq = firstSeqOf(draft);
  if (first_seq > 1) draft.messages = draft.messages.filter(({ seq }) => seq >= first_seq);
}

/** What a message is once it is deleted, apart from its place. */
export const goneBy = (deleted_by: Message["author"], deleted_at: number): Partial<Message> => ({
  text: null,
  edited_at: null,
  deleted_at,
  deleted_by,
  ...saidIn({}),
});

/** A fresh one each time: nothing of it is shared. */
export const plain = () => ({ ...plainMessage, reactions: [] as Message["reactions"] });

function saidIn(body: Partial<EventBody<"message.restored">>): Said {
  const { quote = null, forwarded = null, silent = false, large = null, mentions = null } = body;
  return { quote, forwarded, silent, large, mentions };
}

export const messages = { sent, edited, deleted, restored, hidden };
