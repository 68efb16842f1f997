import type { LogEvent } from "../../../schema/events.ts";
import { whoWent } from "../../../schema/events.ts";
import type { MessageId, UserId } from "../../../schema/ids.ts";
import { limits } from "../../../schema/limits.ts";
import type { HostSocket } from "../../kernel/host.ts";
import type { Settled } from "../../kernel/outcome.ts";
import { accepted, refused } from "../../kernel/outcome.ts";
import type { RoomContext } from "../context.ts";
import { firstSeqFor } from "../rules/history.ts";
import { standing } from "../rules/standing.ts";
import type { Typist } from "../rules/typing.ts";
import {
  ended,
  endedUnsaid,
  isForgettable,
  isNews,
  isOver,
  mayBeTold,
  nextTyping,
  saidBy,
  shownTyping,
  silent,
  toldNow,
} from "../rules/typing.ts";
import { members } from "../stores/members.ts";
import { messages } from "../stores/messages.ts";
import { tellAllBut, tellOne, tellUser } from "./tell.ts";

/**
 * Who types. All of it lies in memory: a keystroke is worth no write. What lies in storage is one named timer while
 * somebody types; a room that finds it and remembers nobody has slept or died meanwhile, and tells everyone that nobody
 * types, which whoever still does corrects within seconds.
 */
export const TYPING_TIMER = "typing";

export function createTyping(context: RoomContext) {
  const { host, alarms } = context;
  const typists = new Map<UserId, Typist>();
  /** Whether others may still see people typing of whom this life knows nothing. */
  let forgot = context.room() !== null && alarms.has(TYPING_TIMER);

  const plan = (): void => {
    for (const [user_id, typist] of typists)
      if (isForgettable(typist, host.now())) typists.delete(user_id);
    const next = nextTyping(typists.values());
    // A timer that is too early looks again, and costs less than one that is moved with each word.
    if (next !== null) alarms.within(TYPING_TIMER, next);
  };

  /** Tells of some people, each to all but their own devices. */
  const tell = (user_ids: readonly UserId[], full = false): void => {
    if (user_ids.length === 0 && !full) return;
    const now = host.now();
    const users = user_ids.map((user_id) => {
      const typist = typists.get(user_id) ?? silent;
      typists.set(user_id, toldNow(typist, now));
      return shownTyping(user_id, typist, now);
    });
    tellAllBut(context, { type: "typing", full, users }, new Set(user_ids));
    if (users.length === 1 && !full) return;
    for (const own of user_ids) {
      const others = users.filter(({ user_id }) => user_id !== own);
      tellUser(context, { type: "typing", full, users: others }, own);
    }
  };

  const mayWrite = (user_id: UserId): boolean => {
    const me = members.find(host.sql, user_id);
    return (
      standing({ room: context.room(), me, now: host.now }, "message.send").kind === "accepted"
    );
  };

  const says = ({ user_id, on, parent }: Signal): Settled<null> => {
    const room = context.room();
    const me = room && members.find(host.sql, user_id);
    if (!room || !me) return refused("not_found");
    const known = typists.get(user_id);
    if (!on && !known) return accepted(null);
    if (on) {
      const may = standing({ room, me, now: host.now }, "message.send");
      if (may.kind === "refused") return may;
      const root = parent === null ? null : messages.find(host.sql, parent);
      if (parent !== null && (!root || root.seq < firstSeqFor(room, me)))
        return refused("not_found", { field: "parent" });
      if (root?.parent) return refused("not_a_root");
      // Many names tell nobody anything: whoever comes late has a place when others have stopped.
      if (!isTyping(known) && [...typists.values()].filter(isTyping).length >= limits.typists)
        return accepted(null);
    }
    const now = host.now();
    const typist = saidBy(known ?? silent, { on, parent, now });
    typists.set(user_id, typist);
    if (mayBeTold(typist, now) && (on || isNews(typist))) tell([user_id]);
    plan();
    return accepted(null);
  };

  return {
    says,

    /** To a socket that has just gone live. Where nobody types there is nothing to say. */
    arrived(socket: HostSocket, user_id: UserId): void {
      const now = host.now();
      const users = [...typists]
        .filter(([other, { told }]) => told !== undefined && other !== user_id)
        .map(([other, typist]) =>
          shownTyping(other, { ...typist, until: typist.until ?? now }, now),
        );
      if (users.length > 0) tellOne(context, socket, { type: "typing", full: true, users });
    },

    /** After the commit. */
    happened(events: readonly LogEvent[]): void {
      if (typists.size === 0) return;
      for (const event of events) {
        const silenced = event.type === "message.sent" ? event.actor : whoWent(event);
        const typist = silenced && typists.get(silenced);
        if (typist) typists.set(silenced, endedUnsaid(typist));
      }
      if (!events.some(({ type }) => decidesWhoWrites.has(type))) return;
      for (const [user_id, typist] of typists)
        if (typist.until !== null && !mayWrite(user_id)) typists.set(user_id, ended(typist));
      tellNews();
    },

    /** The last socket of somebody has ended. */
    left(user_id: UserId): void {
      const typist = typists.get(user_id);
      if (!typist || typist.until === null) return;
      typists.set(user_id, ended(typist));
      tellNews();
    },

    alarm(): void {
      const now = host.now();
      alarms.set(TYPING_TIMER, null);
      for (const [user_id, typist] of typists)
        if (isOver(typist, now)) typists.set(user_id, ended(typist));
      if (forgot)
        tell(
          [...typists].flatMap(([one, typist]) => (isTyping(typist) ? [one] : [])),
          true,
        );
      forgot = false;
      tellNews();
    },
  };

  function tellNews(): void {
    const now = host.now();
    const news = [...typists].filter(([, typist]) => isNews(typist) && mayBeTold(typist, now));
    tell(news.map(([user_id]) => user_id));
    plan();
  }
}

const isTyping = (typist: Typist | undefined): boolean => (typist?.until ?? null) !== null;

export interface Signal {
  readonly user_id: UserId;
  readonly on: boolean;
  readonly parent: MessageId | null;
}

const decidesWhoWrites: ReadonlySet<string> = new Set([
  "room.changed",
  "member.muted",
  "member.role",
]);
