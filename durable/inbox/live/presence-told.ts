import type { RoomId, UserId } from "../../../schema/ids.ts";
import type { Viewer } from "../../../schema/inbox-rpc.ts";
import { limits } from "../../../schema/limits.ts";
import type { Presence } from "../../../schema/presence.ts";
import { atMost } from "../../kernel/at-most.ts";
import { transact } from "../../kernel/sql.ts";
import type { InboxContext } from "../context.ts";
import { endDead, nextChange, noteVisit, personBefore, personOf } from "./presence-person.ts";
import { presenceTimers } from "./presence-timers.ts";
import { stateOf } from "../rules/contact.ts";
import type { Looking, Person } from "../rules/presence.ts";
import { shownTo, unseen } from "../rules/presence.ts";
import { blocks } from "../stores/blocks.ts";
import { rooms } from "../stores/rooms.ts";
import type { WatcherRow } from "../stores/watchers.ts";
import { watchers } from "../stores/watchers.ts";
import { wishes } from "../stores/wishes.ts";

/**
 * The side that is looked at. A watcher is told what has changed for them, and remembered with what they were told: so
 * what comes and goes within the time of gathering is not told at all.
 */
export function watch(context: InboxContext, viewer: Viewer): Presence {
  const { host, user_id } = context;
  if (!context.inbox()) return unseen(user_id);
  const { shows_last_seen, via } = viewer;
  return transact(host.sql, () => {
    const looking = lookingOf(context, viewer);
    const frozen = blocks.frozen(host.sql).get(viewer.user_id);
    const person = frozen ? personBefore(context, frozen) : personOf(context);
    const presence = shownTo(person, looking);
    watchers.expire(host.sql, host.now());
    if (!looking.may_look || !hasPlace(context, viewer, looking)) {
      watchers.remove(host.sql, viewer.user_id);
      return presence;
    }
    watchers.put(host.sql, {
      user_id: viewer.user_id,
      via,
      shows_last_seen: Number(shows_last_seen),
      lease_until: host.now() + Math.min(viewer.lease_ms, limits.watch_lease_ms),
      told: JSON.stringify(presence),
    });
    plan(context);
    return presence;
  });
}

export function unwatch({ host, inbox }: InboxContext, viewer: UserId): void {
  if (inbox()) watchers.remove(host.sql, viewer);
}

/** Looks at oneself, and tells each watcher for whom something is different now. */
export async function tell(context: InboxContext): Promise<void> {
  const { host } = context;
  const news = transact(host.sql, () => {
    context.alarms.set(presenceTimers.tell, null);
    watchers.expire(host.sql, host.now());
    noteVisit(context);
    endDead(context);
    plan(context);
    return newsFor(context, watchers.all(host.sql));
  });
  await atMost(limits.presence_calls, news, async ({ row, presence, may_look }) => {
    try {
      await context.peers.inbox(row.user_id).seen(presence);
    } catch (error) {
      // They are told what is so then when they next ask.
      return host.log("warn", "presence.untold", { reason: String(error) });
    }
    transact(host.sql, () => arrived(context, { row, presence, may_look }));
  });
}

interface News {
  row: WatcherRow;
  presence: Presence;
  may_look: boolean;
}

function newsFor(context: InboxContext, rows: readonly WatcherRow[]): News[] {
  if (rows.length === 0) return [];
  const person = personOf(context);
  const looking = lookingOfAll(context);
  const shown = createShown(person);
  const frozen = blocks.frozen(context.host.sql);
  return rows.flatMap((row) => {
    const how = looking(row);
    const before = frozen.get(row.user_id);
    const shownHere = before ? createShown(personBefore(context, before)) : shown;
    const { presence, text } = shownHere(how);
    return text === row.told ? [] : [{ row, presence, may_look: how.may_look }];
  });
}

function arrived(context: InboxContext, { row, presence, may_look }: News): void {
  const { host } = context;
  // Whoever has lost the right to look was told so, and hears nothing more.
  if (!may_look) return watchers.remove(host.sql, row.user_id);
  const step = { before: row.told, now: JSON.stringify(presence) };
  if (!watchers.told(host.sql, row.user_id, step))
    context.alarms.within(presenceTimers.tell, host.now() + limits.presence_gather_ms);
}

/** There are a few ways only in which one is seen: each is made once, however many look. */
function createShown(person: Person): (looking: Looking) => { presence: Presence; text: string } {
  const made = new Map<string, { presence: Presence; text: string }>();
  return (looking) => {
    const { may_look, is_contact, shows_last_seen } = looking;
    const way = JSON.stringify([may_look, is_contact, shows_last_seen]);
    const known = made.get(way);
    if (known) return known;
    const presence = shownTo(person, looking);
    const shown = { presence, text: JSON.stringify(presence) };
    made.set(way, shown);
    return shown;
  };
}

/**
 * Who may look, as far as this side knows: contacts, and those whom one meets in a room. A block changes nothing of it,
 * since the blocked would notice: what they are shown is how things were.
 */
function lookingOf(context: InboxContext, { user_id, via, shows_last_seen }: Viewer): Looking {
  const { sql } = context.host;
  const is_contact = stateOf(wishes.pair(sql, user_id)) === "contact";
  const may_look = is_contact || (via !== null && rooms.has(sql, via));
  return { may_look, is_contact, shows_last_seen };
}

/** The same for many at once, without asking the storage for each. */
function lookingOfAll({ host: { sql } }: InboxContext): (row: WatcherRow) => Looking {
  const contacts = new Set(
    wishes.everyone(sql).flatMap((one) => (stateOf(one.pair) === "contact" ? [one.user_id] : [])),
  );
  const ours = new Map<RoomId, boolean>();
  const meets = (via: RoomId): boolean => {
    const known = ours.get(via) ?? rooms.has(sql, via);
    ours.set(via, known);
    return known;
  };
  return ({ user_id, via, shows_last_seen }) => {
    const is_contact = contacts.has(user_id);
    const may_look = is_contact || (via !== null && meets(via));
    return { may_look, is_contact, shows_last_seen: shows_last_seen === 1 };
  };
}

/** A stranger in a large room who finds it full is answered, and not told of changes until they ask again. */
function hasPlace({ host }: InboxContext, viewer: Viewer, { is_contact }: Looking): boolean {
  return is_contact || watchers.count(host.sql, viewer.user_id) < limits.watchers;
}

/** Wakes when time alone could change what they see: the last device falls silent, or quiet hours begin or end. */
function plan(context: InboxContext): void {
  const { host, alarms } = context;
  const next = watchers.count(host.sql) > 0 ? nextChange(context) : null;
  if (next !== null) alarms.within(presenceTimers.tell, next);
}
