import type { TypingUser } from "../../../schema/frames/typing.ts";
import type { MessageId, UserId } from "../../../schema/ids.ts";
import { limits } from "../../../schema/limits.ts";

/** One person's typing: how it is, and what others were last told of it. */
export interface Typist {
  readonly parent: MessageId | null;
  /** When it is over by itself; null where they do not type. */
  readonly until: number | null;
  /** Where others see them typing; undefined where they see them not typing. */
  readonly told: MessageId | null | undefined;
  /** When others were last told. */
  readonly told_at: number;
}

export const silent: Typist = { parent: null, until: null, told: undefined, told_at: 0 };

/** Said by the typist. Whoever goes on typing says so again, and others are told again. */
export function saidBy(
  typist: Typist,
  { on, parent, now }: { on: boolean; parent: MessageId | null; now: number },
): Typist {
  return on ? { ...typist, parent, until: now + limits.typing_expires_ms } : ended(typist);
}

export const ended = (typist: Typist): Typist => ({ ...typist, until: null });

/** Their message has come, or they have gone: everybody who has that event knows that they do not type. */
export const endedUnsaid = (typist: Typist): Typist => ({
  ...typist,
  until: null,
  told: undefined,
});

export const isOver = ({ until }: Typist, now: number): boolean => until !== null && until <= now;

/** Whether others know something else than what is so. */
export function isNews({ parent, until, told }: Typist): boolean {
  return until === null ? told !== undefined : told !== parent;
}

export const mayBeTold = ({ told_at }: Typist, now: number): boolean =>
  now - told_at >= limits.typing_gather_ms || now < told_at;

export function toldNow(typist: Typist, now: number): Typist {
  return { ...typist, told: typist.until === null ? undefined : typist.parent, told_at: now };
}

/**
 * As others see it. The time is the longest that it may take until more is heard: while somebody types they are told of
 * it anew before then, and should the end be lost, a reader ends it by the clock.
 */
export function shownTyping(user_id: UserId, { parent, until }: Typist, now: number): TypingUser {
  const longest = now + limits.typing_expires_ms + limits.typing_gather_ms;
  return { user_id, parent, until: until === null ? null : longest };
}

/** When time alone will make a difference; null for never. */
export function nextTyping(typists: Iterable<Typist>): number | null {
  let next = Number.POSITIVE_INFINITY;
  for (const typist of typists) {
    if (typist.until !== null) next = Math.min(next, typist.until);
    if (isNews(typist)) next = Math.min(next, typist.told_at + limits.typing_gather_ms);
  }
  return next === Number.POSITIVE_INFINITY ? null : next;
}

/** Nothing is left to remember of whoever could be told anew at once. */
export const isForgettable = (typist: Typist, now: number): boolean =>
  typist.until === null && !isNews(typist) && mayBeTold(typist, now);
