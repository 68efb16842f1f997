import type { EventBody, EventType, LogEvent } from "../../schema/events.ts";
import type { MessageId, RoomId, UserId } from "../../schema/ids.ts";
import type { Member } from "../../schema/member.ts";
import type { Message, Thread } from "../../schema/message.ts";
import type { Room } from "../../schema/room.ts";

/** A reply that was seen here as it was sent. One that is gone may be taken back. */
export interface Reply {
  readonly message_id: MessageId;
  readonly seq: number;
  readonly author: UserId;
  readonly at: number;
  readonly gone: boolean;
}

/** A thread as it was read, if it was, and the replies that came after that. Together they are how it looks now. */
export interface Followed {
  readonly base: Thread | null;
  readonly replies: readonly Reply[];
}

/** What of oneself is known even where a room is too large to list everybody. */
export type Self = Partial<Pick<Member, "role" | "muted_until" | "joined_seq">>;

/** A room's data while events are applied to it. */
export interface Draft {
  readonly room_id: RoomId;
  readonly me: UserId;
  /** What was read from the server, and not by events, was read here; single messages may have been read later. */
  readonly since: number;
  readonly read_at: ReadonlyMap<MessageId, number>;
  room: Room | null;
  self: Self | null;
  member_count: number;
  messages: Message[];
  readonly members: Map<UserId, Member>;
  readonly threads: Map<MessageId, Followed>;
  /** Those who chose an emoji after the first ones that are shown, where all of them were seen. */
  readonly later_users: Map<MessageId, ReadonlyMap<string, readonly UserId[]>>;
  /** Messages of which something has changed that cannot be worked out from what is known here. */
  readonly unsure: Set<MessageId>;
}

/** What one slice makes of one event. */
export type Step<T extends EventType> = (draft: Draft, event: LogEvent, body: EventBody<T>) => void;

/** Up to where a message, with all that belongs to it, is known otherwise than by events. */
export const readAt = ({ read_at, since }: Draft, message_id: MessageId): number =>
  read_at.get(message_id) ?? since;

/** The place of a message to which an event is news; -1 where it is not among those that are here. */
export function placeOf(draft: Draft, { seq }: LogEvent, message_id: MessageId): number {
  if (seq <= readAt(draft, message_id)) return -1;
  return draft.messages.findLastIndex((message) => message.message_id === message_id);
}

export function change(
  draft: Draft,
  event: LogEvent,
  message_id: MessageId,
  changed: (message: Message) => Partial<Message>,
): void {
  const place = placeOf(draft, event, message_id);
  const message = draft.messages[place];
  if (message !== undefined) draft.messages[place] = { ...message, ...changed(message) };
}
