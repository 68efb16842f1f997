import type { UserId } from "../../schema/ids.ts";
import type { Preview, RoomMark } from "../../schema/inbox.ts";
import { limits } from "../../schema/limits.ts";
import type { MemberPreferences } from "../../schema/preferences.ts";
import { atMost } from "../kernel/at-most.ts";
import { isDead } from "../kernel/session.ts";
import { transact } from "../kernel/sql.ts";
import type { RoomContext } from "./context.ts";
import { hearPreferences } from "./preferring.ts";
import { isJoinedOnly } from "./rules/history.ts";
import type { DueMark, Whom } from "./stores/badges.ts";
import { badges } from "./stores/badges.ts";
import type { Left, Told } from "./stores/cursors.ts";
import { cursors } from "./stores/cursors.ts";
import { log } from "./stores/log.ts";
import { members } from "./stores/members.ts";
import { messages } from "./stores/messages.ts";
import type { RoomRow } from "./stores/room.ts";

/**
 * How the room stands, told to the inboxes of its members. There is one entry in the outbox for all of them, and who is
 * to be told is worked out when it is handed over: whoever is behind and does not look at the room anyway.
 *
 * Where there are more than `marked_members`, something that happens is not told to all of them: their inboxes go on
 * showing what they knew. Told are those who came, left, are called by name, or whose own has changed, which that of a
 * sender and of whoever had the room open has; everyone else sees how it stands when they open it.
 */
export const INBOXES = "inboxes";

export function noteInboxes({ host, outbox }: RoomContext): void {
  const tail = log.tail(host.sql);
  if (tail) outbox.note(INBOXES, tail.seq, limits.mark_gather_ms);
}

/** Whether anybody's inbox shows something else than it should. */
export function isAnyoneDue(context: RoomContext): boolean {
  const { sql } = context.host;
  return badges.isAnyoneDue(sql, whom(context)) || cursors.left(sql, 1).length > 0;
}

/** Who sees here what happens. A socket that has died unseen shows nobody anything. */
export function lookersOf({ host, sockets }: RoomContext): Set<UserId> {
  const now = host.now();
  const looking = sockets
    .all()
    .filter(([socket, session]) => session.state === "live" && !isDead(socket, session, now));
  return new Set(looking.map(([, { caller }]) => caller.user_id));
}

function whom(context: RoomContext): Whom {
  const { sql } = context.host;
  return {
    head_seq: log.tail(sql)?.seq ?? 0,
    is_large: members.areMoreThan(sql, limits.marked_members),
    lookers: lookersOf(context),
  };
}

/**
 * Tells everyone who is to be told. Who could not be reached is still behind afterwards, and with them the entry, which
 * the outbox hands over again; who was told is not told again. A crash on the way costs a repetition.
 */
export async function tellInboxes(context: RoomContext): Promise<void> {
  const { host, outbox, peers } = context;
  const room = context.room();
  if (!room) return;
  const asked = whom(context);
  const newest = messages.preview(host.sql);
  const due = badges.due(host.sql, asked, {
    limit: limits.inboxes_per_delivery,
    is_joined_only: isJoinedOnly(room),
    newest_seq: newest?.seq ?? 0,
  });
  const left = cursors.left(host.sql, limits.inboxes_per_delivery);
  const markOf = marker(context, room, { newest, head_seq: asked.head_seq });
  const told: Told[] = [];
  const gone: Left[] = [];
  const preferred: [UserId, MemberPreferences][] = [];
  const calls = [
    ...left.map((one) => async () => {
      const { room_id, epoch } = room;
      await peers.inbox(one.user_id).gone({ room_id, epoch, seq: one.left_seq });
      gone.push(one);
    }),
    ...due.map((one) => async () => {
      const said = await peers.inbox(one.user_id).mark(markOf(one), one.knows);
      told.push(toldOf(one));
      if (said) preferred.push([one.user_id, said]);
    }),
  ];
  const failures: unknown[] = [];
  await atMost(limits.inboxes_at_once, calls, (call) =>
    call().catch((error: unknown) => void failures.push(error)),
  );
  transact(host.sql, () => {
    if (told.length > 0) cursors.told(host.sql, asked.head_seq, told);
    if (gone.length > 0) cursors.dropLeft(host.sql, gone);
    for (const [user_id, said] of preferred) hearPreferences(context, user_id, said);
    if (failures.length > 0) return;
    outbox.confirmed(INBOXES, asked.head_seq);
    // What was read or closed meanwhile moved no seq, so its note went with this confirmation.
    if (isAnyoneDue(context)) noteInboxes(context);
  });
  if (failures.length > 0)
    throw new Error(`${failures.length} inboxes were not told, the first: ${String(failures[0])}`);
}

/** What is kept of a mark that has arrived. */
const toldOf = ({ user_id, revision, badge, mentions, threads, unread_seq }: DueMark): Told => ({
  user_id,
  revision,
  shown: badge + mentions + threads + (unread_seq === null ? 0 : 1),
});

/** A mark for each member, of what is the same for all of them and what is theirs. */
function marker(
  { host: { sql } }: RoomContext,
  { room_id, kind, name, epoch }: RoomRow,
  { newest, head_seq }: { newest: Preview | null; head_seq: number },
): (member: DueMark) => RoomMark {
  const two = kind === "direct" ? members.first(sql, 2) : [];
  // The words go along for the notification only (architecture.md §2): in a direct room, and to whom they call.
  const previewFor = ({ first_seq, newest_calls }: DueMark): Preview | null => {
    if (!newest || newest.seq < first_seq) return null;
    return { ...newest, text: kind === "direct" || newest_calls ? newest.text : null };
  };
  return (member) => {
    const { first_seq: _, newest_calls: __, knows: ___, user_id, ...own } = member;
    return {
      room_id,
      kind,
      name,
      with: two.find((other) => other.user_id !== user_id)?.user_id ?? null,
      position: { epoch, seq: head_seq },
      ...own,
      preview: previewFor(member),
    };
  };
}
