import type { Standing } from "../../schema/cursors.ts";
import type { Down } from "../../schema/frames/down.ts";
import type { UserId } from "../../schema/ids.ts";
import { limits } from "../../schema/limits.ts";
import type { QueryAnswer, QueryOf } from "../../schema/queries.ts";
import type { Settled } from "../kernel/outcome.ts";
import { accepted, refused } from "../kernel/outcome.ts";
import type { RoomContext } from "./context.ts";
import type { Reader } from "./reads.ts";
import { isJoinedOnly } from "./rules/history.ts";
import { areReadersShown } from "./rules/readers.ts";
import { badges } from "./stores/badges.ts";
import { cursors } from "./stores/cursors.ts";
import { log } from "./stores/log.ts";
import { members } from "./stores/members.ts";
import { messages } from "./stores/messages.ts";
import { preferences } from "./stores/preferences.ts";

/** Who has received and read what, as far as members are shown it: on resuming, when asked, and live. */
export const CURSORS_TIMER = "cursors";

export function showsReaders(context: RoomContext): boolean {
  const room = context.room();
  if (!room) return false;
  return areReadersShown(room, !members.areMoreThan(context.host.sql, limits.receipt_members));
}

/** Whoever hides how far they have read does not see it of others. */
const isShownTo = (context: RoomContext, user_id: UserId): boolean =>
  showsReaders(context) && preferences.showsReads(context.host.sql, user_id);

/** What comes with the answer to a resume. */
export function standingOf(context: RoomContext, { room, me }: Reader): Standing {
  const { sql } = context.host;
  const own = badges.of(sql, me.user_id, isJoinedOnly(room));
  return {
    ...(isShownTo(context, me.user_id) && { cursors: cursors.shown(sql) }),
    ...(own && { own }),
  };
}

export function readersOf(
  context: RoomContext,
  { me, first_seq }: Reader,
  { message_id }: QueryOf<"readers">,
): Settled<QueryAnswer<"readers">> {
  const { sql } = context.host;
  const message = messages.find(sql, message_id);
  if (!message || message.seq < first_seq) return refused("not_found");
  if (!isShownTo(context, me.user_id)) return refused("receipts_off");
  const { seq, author, in_room, parent: root } = message;
  const rows = cursors.readers(sql, { seq, author, in_room, root });
  const idsWhere = (has_read: number) =>
    rows.flatMap((row) => (row.has_read === has_read ? [row.user_id] : []));
  return accepted({ read: idsWhere(1), delivered: idsWhere(0) });
}

/** Cursors that have moved, told together. */
export interface MovedCursors {
  /** Inside the transaction in which they moved. */
  note(moved: readonly UserId[], lookers: ReadonlySet<UserId>): void;
  /** When their time has come. */
  tell(): void;
}

/**
 * The timer lies in storage, and whose cursors moved in memory. A life that finds the timer of one before it tells those
 * of all, who are few where they are shown at all.
 */
export function createMovedCursors(context: RoomContext): MovedCursors {
  const { host, alarms } = context;
  let are_forgotten = context.room() !== null && alarms.has(CURSORS_TIMER);
  const waiting = new Set<UserId>();
  return {
    note(moved, lookers) {
      // One's own cursor is no news to oneself.
      const [only] = moved;
      const someone =
        moved.length === 1 && only && lookers.has(only) ? lookers.size > 1 : lookers.size > 0;
      if (!someone || !showsReaders(context)) return;
      for (const user_id of moved) waiting.add(user_id);
      alarms.within(CURSORS_TIMER, host.now() + limits.cursor_gather_ms);
    },
    tell() {
      alarms.set(CURSORS_TIMER, null);
      const shown = showsReaders(context) ? cursors.shown(host.sql) : [];
      const moved = are_forgotten ? shown : shown.filter(({ user_id }) => waiting.has(user_id));
      are_forgotten = false;
      waiting.clear();
      if (moved.length > 0) send(context, { type: "cursors", cursors: moved });
    },
  };
}

function send({ host, sockets }: RoomContext, frame: Down): void {
  const hiding = preferences.hidingReads(host.sql);
  const theirs = sockets.all().filter(([, { caller }]) => hiding.has(caller.user_id));
  sockets.sendToLive(frame, log.tail(host.sql)?.seq ?? 0, new Map(theirs));
}
