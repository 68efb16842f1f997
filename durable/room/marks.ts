import type { UserId } from "../../schema/ids.ts";
import type { Preview, RoomMark } from "../../schema/inbox.ts";
import { limits } from "../../schema/limits.ts";
import { atMost } from "../kernel/at-most.ts";
import { isDead } from "../kernel/session.ts";
import { transact } from "../kernel/sql.ts";
import type { RoomContext } from "./context.ts";
import type { DueMark, Left, Whom } from "./stores/cursors.ts";
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
 * showing what they knew. Told are those who came, left or have read, which a sender and whoever had the room open have;
 * everyone else sees how it stands when they open it.
 */
export const INBOXES = "inboxes";

export function noteInboxes({ host, outbox }: RoomContext): void {
  const tail = log.tail(host.sql);
  if (tail) outbox.note(INBOXES, tail.seq, limits.mark_gather_ms);
}

/** Whether anybody's inbox shows something else than it should. */
export function isAnyoneDue(context: RoomContext): boolean {
  return cursors.isAnyoneDue(context.host.sql, whom(context));
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
  const due = cursors.due(host.sql, asked, limits.inboxes_per_delivery);
  const left = cursors.left(host.sql, limits.inboxes_per_delivery);
  const markOf = marker(context, room, asked.head_seq);
  const told: DueMark[] = [];
  const gone: Left[] = [];
  const calls = [
    ...left.map((one) => async () => {
      const { room_id, epoch } = room;
      await peers.inbox(one.user_id).gone({ room_id, epoch, seq: one.left_seq });
      gone.push(one);
    }),
    ...due.map((one) => async () => {
      await peers.inbox(one.user_id).mark(markOf(one));
      told.push(one);
    }),
  ];
  const failures: unknown[] = [];
  await atMost(limits.inboxes_at_once, calls, (call) =>
    call().catch((error: unknown) => void failures.push(error)),
  );
  transact(host.sql, () => {
    if (told.length > 0) cursors.told(host.sql, asked.head_seq, told);
    if (gone.length > 0) cursors.dropLeft(host.sql, gone);
    if (failures.length > 0) return;
    outbox.confirmed(INBOXES, asked.head_seq);
    // What was read or closed meanwhile moved no seq, so its note went with this confirmation.
    if (isAnyoneDue(context)) noteInboxes(context);
  });
  if (failures.length > 0)
    throw new Error(`${failures.length} inboxes were not told, the first: ${String(failures[0])}`);
}

/** A mark for each member, of what is the same for all of them and what is theirs. */
function marker(
  { host: { sql } }: RoomContext,
  { room_id, kind, name, epoch }: RoomRow,
  head_seq: number,
): (member: DueMark) => RoomMark {
  const newest = messages.preview(sql);
  // Only in a direct room do the words go along: for the notification (architecture.md §2).
  const preview: Preview | null =
    newest && (kind === "direct" ? newest : { ...newest, text: null });
  const two = kind === "direct" ? members.first(sql, 2) : [];
  return ({ user_id, role, read_seq, badge }) => ({
    room_id,
    kind,
    name,
    with: two.find((member) => member.user_id !== user_id)?.user_id ?? null,
    role,
    position: { epoch, seq: head_seq },
    read_seq,
    badge,
    preview,
  });
}
