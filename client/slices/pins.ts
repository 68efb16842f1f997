import type { LogEvent } from "../../schema/events.ts";
import type { MessageId } from "../../schema/ids.ts";
import { change, type Draft } from "./draft.ts";

type About = { message_id: MessageId };

const unpinned = (draft: Draft, event: LogEvent, { message_id }: About): void =>
  change(draft, event, message_id, () => ({ pinned_at: null }));

export const pins = {
  pinned: (draft: Draft, event: LogEvent, { message_id }: About): void =>
    change(draft, event, message_id, () => ({ pinned_at: event.at })),
  unpinned,
  /** A deletion takes the pin along. */
  deleted: unpinned,
};
