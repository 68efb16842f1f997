import type { Watch } from "../../../schema/frames/inbox/presence.ts";
import type { UserId } from "../../../schema/ids.ts";
import type { Viewer } from "../../../schema/inbox-rpc.ts";
import { limits } from "../../../schema/limits.ts";
import type { Presence } from "../../../schema/presence.ts";
import { atMost } from "../../kernel/at-most.ts";
import type { Session } from "../../kernel/session.ts";
import { transact } from "../../kernel/sql.ts";
import type { InboxContext } from "../context.ts";
import { endDead, isContact } from "./presence-person.ts";
import { presenceTimers } from "./presence-timers.ts";
import { isAmong, unseen } from "../rules/presence.ts";
import { blocks } from "../stores/blocks.ts";
import { rooms } from "../stores/rooms.ts";
import { settingsStore } from "../stores/settings.ts";
import type { WatchedRow } from "../stores/watches.ts";
import { watched, watches } from "../stores/watches.ts";

/** A lease is renewed while there is time for another try; what is nearly due goes along. */
const RENEW_MS = limits.watch_lease_ms * 0.75;
const ALONG_MS = limits.watch_lease_ms * 0.1;
const RETRY_MS = limits.watch_lease_ms * 0.05;

/**
 * The side that looks: whom the devices show, who has to be asked for that, and what the devices have still to hear.
 * All of it lies in storage but for two things that an eviction may forget without harm.
 */
export function createLooks(context: InboxContext) {
  const { host, alarms, sockets } = context;
  const { sql } = host;
  let framed_at = 0;
  /** Who is being asked now, and whether they told of a change meanwhile: then nobody knows which is the newer. */
  const asking = new Map<UserId, boolean>();

  const frameSoon = () =>
    alarms.within(
      presenceTimers.frame,
      Math.max(host.now(), framed_at + limits.presence_gather_ms),
    );

  const show = (session: Session, { users }: Watch): void => {
    // One entry for each person, and none for oneself: a device knows that from its own inbox.
    const shown = [...new Map(users.map((user) => [user.user_id, user])).values()].filter(
      (user) => user.user_id !== context.user_id,
    );
    transact(sql, () => {
      const before = watches.find(sql, session.socket_id);
      if (JSON.stringify(before) === JSON.stringify(shown)) return;
      watches.put(sql, session.socket_id, shown);
      const known = new Set(before?.map((user) => user.user_id));
      const added = shown.filter((user) => !known.has(user.user_id));
      const repeated = added.filter((user) => watched.tellAgain(sql, user.user_id));
      if (repeated.length > 0) frameSoon();
      for (const user of added) watched.add(sql, user.user_id);
      const wait_ms = added.length > repeated.length ? 0 : limits.presence_gather_ms;
      alarms.within(presenceTimers.ask, host.now() + wait_ms);
    });
  };

  /** Who is shown by a socket that lives, with every reason for it. */
  const shownNow = (): Map<UserId, Watch["users"]> => {
    const open = new Set(sockets.all().map(([, session]) => session.socket_id));
    const lists = watches.all(sql);
    for (const { socket_id } of lists) if (!open.has(socket_id)) watches.drop(sql, socket_id);
    const lists_open = lists.filter(({ socket_id }) => open.has(socket_id));
    return Map.groupBy(
      lists_open.flatMap((list) => list.users),
      (user) => user.user_id,
    );
  };

  /** How somebody is asked; null where one has no right to, which is not asked but known. */
  const wording = (user_id: UserId, reasons: Watch["users"]): Viewer | null => {
    if (blocks.has(sql, user_id)) return null;
    const is_contact = isContact(context, user_id);
    const via = is_contact
      ? null
      : (reasons.find((reason) => reason.via && rooms.has(sql, reason.via))?.via ?? null);
    if (!is_contact && via === null) return null;
    const shows_last_seen = isAmong(settingsStore.get(sql).last_seen, is_contact);
    return { user_id: context.user_id, via, shows_last_seen, lease_ms: limits.watch_lease_ms };
  };

  interface Work {
    ask: { user_id: UserId; viewer: Viewer }[];
    drop: UserId[];
  }

  /** What there is to do, written down as done: a failure, or the end of this life, costs a later try. */
  const workOf = (row: WatchedRow, shown: Map<UserId, Watch["users"]>): Work => {
    const { user_id } = row;
    const reasons = shown.get(user_id);
    const viewer = reasons ? wording(user_id, reasons) : null;
    const was_asked = row.asked !== "" && row.asked !== "null";
    if (!reasons) watched.remove(sql, user_id);
    if (!viewer) {
      if (reasons) {
        watched.asked(sql, user_id, { asked: "null", renew_at: host.now() + RENEW_MS });
        if (watched.heard(sql, unseen(user_id))) frameSoon();
      }
      return { ask: [], drop: was_asked ? [user_id] : [] };
    }
    const asked = JSON.stringify(viewer);
    if (asked === row.asked && row.renew_at > host.now() + ALONG_MS) return { ask: [], drop: [] };
    watched.asked(sql, user_id, { asked, renew_at: host.now() + RETRY_MS });
    return { ask: [{ user_id, viewer }], drop: [] };
  };

  /** Never later than it was: somebody may have asked for a look around while calls were open. */
  const planRenewal = () => {
    const next = watched.nextRenewal(sql);
    if (next !== null) alarms.within(presenceTimers.ask, next);
  };

  const askOne = async ({ user_id, viewer }: Work["ask"][number]): Promise<void> => {
    asking.set(user_id, false);
    let presence: Presence;
    try {
      presence = await context.peers.inbox(user_id).watch(viewer);
    } catch (error) {
      asking.delete(user_id);
      return host.log("warn", "presence.unasked", { reason: String(error) });
    }
    const told_meanwhile = asking.get(user_id) === true;
    asking.delete(user_id);
    const asked = JSON.stringify(viewer);
    const stays = transact(sql, () => {
      const row = watched.find(sql, user_id);
      // Asked with other words meanwhile: that answer is the one that counts.
      if (!row || row.asked !== asked) return row !== null;
      const again_ms = told_meanwhile ? limits.presence_gather_ms : RENEW_MS;
      watched.asked(sql, user_id, { asked, renew_at: host.now() + again_ms });
      watched.heard(sql, presence);
      return true;
    });
    if (!stays) await leave(user_id);
  };

  const leave = async (user_id: UserId): Promise<void> => {
    try {
      await context.peers.inbox(user_id).unwatch(context.user_id);
    } catch {
      // Their lease on it runs out by itself.
    }
  };

  /** Brings what is asked of others in line with what the devices show. */
  const ask = async (): Promise<void> => {
    const work = transact(sql, () => {
      alarms.set(presenceTimers.ask, null);
      endDead(context);
      const shown = shownNow();
      const all = watched.all(sql).map((row) => workOf(row, shown));
      planRenewal();
      return all;
    });
    await atMost(
      limits.presence_calls,
      work.flatMap((one) => one.ask),
      askOne,
    );
    await atMost(
      limits.presence_calls,
      work.flatMap((one) => one.drop),
      leave,
    );
    transact(sql, () => {
      planRenewal();
      if (watched.hasNews(sql)) frameSoon();
    });
  };

  const seen = (presence: Presence): void => {
    if (!context.inbox() || blocks.has(sql, presence.user_id)) return;
    if (asking.has(presence.user_id)) asking.set(presence.user_id, true);
    if (watched.heard(sql, presence))
      alarms.within(presenceTimers.frame, host.now() + limits.presence_gather_ms);
  };

  /** One frame for each socket, with those whom it shows. */
  const tellSockets = (): void => {
    const news = transact(sql, () => {
      alarms.set(presenceTimers.frame, null);
      return watched.takeNews(sql);
    });
    if (news.length === 0) return;
    framed_at = host.now();
    const lists = new Map(
      watches
        .all(sql)
        .map(({ socket_id, users }) => [socket_id, new Set(users.map((user) => user.user_id))]),
    );
    for (const [socket, session] of sockets.all()) {
      const users = news.filter(({ user_id }) => lists.get(session.socket_id)?.has(user_id));
      if (users.length > 0) sockets.send(socket, { type: "presence", users });
    }
  };

  return { show, ask, seen, tellSockets };
}
