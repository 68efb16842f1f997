import type { EventBody, LogEvent } from "../../schema/events.ts";
import type { MessageId, UserId } from "../../schema/ids.ts";
import { limits } from "../../schema/limits.ts";
import type { Reaction } from "../../schema/message.ts";
import { change, type Draft } from "./draft.ts";

type Body = EventBody<"reaction.added">;

function added(draft: Draft, event: LogEvent, { message_id, emoji }: Body): void {
  const { actor } = event;
  change(draft, event, message_id, ({ reactions }) => {
    const before = reactions.find((one) => one.emoji === emoji);
    const is_full = before !== undefined && before.users.length >= limits.reaction_users;
    if (is_full) wait(draft, message_id, before, actor);
    return { reactions: withReaction(reactions, emoji, actor, actor === draft.me) };
  });
}

/** Who comes after the first ones is kept in order to follow one of them, where nobody is unknown in between. */
function wait(draft: Draft, message_id: MessageId, before: Reaction, user_id: UserId): void {
  const { emoji, count, users } = before;
  const later = laterUsers(draft, message_id, emoji);
  if (users.length + later.length === count) keep(draft, message_id, emoji, [...later, user_id]);
}

const laterUsers = (draft: Draft, message_id: MessageId, emoji: string): readonly UserId[] =>
  draft.later_users.get(message_id)?.get(emoji) ?? [];

function keep(
  { later_users }: Draft,
  message_id: MessageId,
  emoji: string,
  users: readonly UserId[],
): void {
  later_users.set(message_id, new Map(later_users.get(message_id)).set(emoji, users));
}

function removed(draft: Draft, event: LogEvent, { message_id, emoji }: Body): void {
  const { actor } = event;
  change(draft, event, message_id, (message) => {
    const rest = withoutReaction(message.reactions, emoji, actor, actor === draft.me);
    const now = rest.find((one) => one.emoji === emoji);
    if (now === undefined) return { reactions: rest };
    const later = laterUsers(draft, message_id, emoji);
    const known = [...now.users, ...later].filter((user_id) => user_id !== actor);
    const users = known.slice(0, limits.reaction_users);
    if (later.length > 0) keep(draft, message_id, emoji, known.slice(limits.reaction_users));
    // One of the first has left, and who follows them is not known here.
    if (users.length < Math.min(now.count, limits.reaction_users)) draft.unsure.add(message_id);
    return { reactions: rest.map((one) => (one === now ? { ...now, users } : one)) };
  });
}

function deleted(draft: Draft, event: LogEvent, { message_id }: { message_id: MessageId }): void {
  change(draft, event, message_id, () => {
    draft.later_users.delete(message_id);
    return { reactions: [] };
  });
}

/** With one who chose an emoji more. An emoji that is new to the message stands last. */
export function withReaction(
  reactions: readonly Reaction[],
  emoji: string,
  user_id: UserId,
  is_mine: boolean,
): Reaction[] {
  const before = reactions.find((one) => one.emoji === emoji);
  if (before === undefined)
    return [...reactions, { emoji, count: 1, users: [user_id], mine: is_mine }];
  const { count, users, mine } = before;
  if (mine && is_mine) return [...reactions];
  const shows = count === users.length && count < limits.reaction_users;
  const now = {
    emoji,
    count: count + 1,
    users: shows ? [...users, user_id] : users,
    mine: mine || is_mine,
  };
  return reactions.map((one) => (one === before ? now : one));
}

/** With one who chose an emoji less. It goes with the last of them. */
export function withoutReaction(
  reactions: readonly Reaction[],
  emoji: string,
  user_id: UserId,
  is_mine: boolean,
): Reaction[] {
  return reactions.flatMap((one) => {
    if (one.emoji !== emoji || (is_mine && !one.mine)) return one;
    const users = one.users.filter((other) => other !== user_id);
    const rest = { emoji, count: one.count - 1, users, mine: one.mine && !is_mine };
    return rest.count > 0 ? rest : [];
  });
}

export const reactions = { added, removed, deleted };
