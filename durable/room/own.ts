import type { OwnCommand } from "../../schema/commands/own.ts";
import type { MessageId, UserId } from "../../schema/ids.ts";
import { limits } from "../../schema/limits.ts";
import type { MemberPreferences } from "../../schema/preferences.ts";
import type { QueryAnswer, QueryOf } from "../../schema/queries.ts";
import type { Settled } from "../kernel/outcome.ts";
import { accepted, refused, unreachable } from "../kernel/outcome.ts";
import { transact } from "../kernel/sql.ts";
import type { RoomContext } from "./context.ts";
import { noteInboxes } from "./marks.ts";
import { hearPreferences } from "./preferring.ts";
import type { Reader } from "./reads.ts";
import { reader } from "./reads.ts";
import { isJoinedOnly } from "./rules/history.ts";
import { shown } from "./shown.ts";
import { badges } from "./stores/badges.ts";
import { cursors } from "./stores/cursors.ts";
import { messages } from "./stores/messages.ts";
import { threadFollows } from "./stores/thread-follows.ts";

/** What is a member's own in a room: marked as unread, followed, preferred. Of a change their inbox hears, and nobody else. */
export function changeOwn(
  context: RoomContext,
  user_id: UserId,
  command: OwnCommand,
): Settled<null> {
  const found = reader(context, { user_id });
  if (found.kind === "refused") return found;
  const changed = write(context, found.value, command);
  if (changed.kind === "refused") return changed;
  if (changed.value) noteInboxes(context);
  return accepted(null);
}

/** Whether anything has changed. */
function write(context: RoomContext, read: Reader, command: OwnCommand): Settled<boolean> {
  const { sql } = context.host;
  const { me, first_seq, head_seq } = read;
  const { user_id } = me;
  if (command.type === "unread")
    return accepted(cursors.unread(sql, user_id, Math.max(command.seq, first_seq)));
  const root = messages.find(sql, command.message_id);
  if (!root || root.seq < first_seq) return refused("not_found");
  if (root.parent !== null) return refused("not_a_root");
  const thread = { user_id, root: root.message_id };
  const changed = changeThread(context, thread, { command, head_seq });
  if (changed) cursors.touch(sql, [user_id]);
  return accepted(changed);
}

function changeThread(
  { host: { sql } }: RoomContext,
  thread: { user_id: UserId; root: MessageId },
  { command, head_seq }: { command: Exclude<OwnCommand, { type: "unread" }>; head_seq: number },
): boolean {
  switch (command.type) {
    case "follow":
      return threadFollows.follow(sql, { ...thread, follows: command.follow, read_seq: head_seq });
    case "thread_read":
      return threadFollows.read(sql, { ...thread, seq: Math.min(command.seq, head_seq) });
    default:
      return unreachable(command);
  }
}

const ownTypes: ReadonlySet<string> = new Set<OwnCommand["type"]>([
  "unread",
  "follow",
  "thread_read",
]);
export const isOwn = (command: { type: string }): command is OwnCommand =>
  ownTypes.has(command.type);

/** What a member's inbox says of them. Whom they ignore counts for nothing in what their inbox is told from now on. */
export function prefers(context: RoomContext, user_id: UserId, said: MemberPreferences): void {
  const { sql } = context.host;
  if (!context.room()) return;
  transact(sql, () => {
    if (hearPreferences(context, user_id, said)) noteInboxes(context);
  });
}

/** The messages that one's badge and mentions count: as many as they say. */
export function explainBadge(
  { host: { sql } }: RoomContext,
  { room, me }: Reader,
  { after }: QueryOf<"badge">,
): Settled<QueryAnswer<"badge">> {
  const of = { is_joined_only: isJoinedOnly(room), after, entries: limits.badge_page + 1 };
  const rows = badges.explain(sql, me.user_id, of);
  const next = rows[limits.badge_page];
  // What a page goes on from is a message: one that stands there twice stands on one page.
  const page = next ? rows.filter(({ seq }) => seq < next.seq) : rows;
  return accepted({ messages: page, after: next ? (page.at(-1)?.seq ?? null) : null });
}

export function followedThreads(
  { host: { sql } }: RoomContext,
  { room, me }: Reader,
  { before, limit }: QueryOf<"threads">,
): Settled<QueryAnswer<"threads">> {
  const is_joined_only = isJoinedOnly(room);
  const from = before ?? Number.MAX_SAFE_INTEGER;
  const rows = badges.followed(sql, me.user_id, {
    is_joined_only,
    before: from,
    threads: limit + 1,
  });
  const page = rows.slice(0, limit);
  const stored = messages.byIds(
    sql,
    page.map(({ root }) => root),
  );
  const roots = new Map(
    shown(sql, stored, me.user_id).map((message) => [message.message_id, message]),
  );
  const threads = page.flatMap(({ root: root_id, ...thread }) => {
    const root = roots.get(root_id);
    return root ? [{ root, ...thread }] : [];
  });
  return accepted({
    threads,
    before: rows.length > limit ? (page.at(-1)?.last_seq ?? null) : null,
  });
}
