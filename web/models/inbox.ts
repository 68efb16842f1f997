import { limits } from "../../schema/limits.ts";
import { computed, effect, signal } from "@preact/signals";
import type { Client } from "../../client/index.ts";
import {
  openInbox,
  type InboxDone,
  type InboxHandle,
  type InboxView,
  type Wanted,
  type Watched,
} from "../../client/inbox.ts";
import type { RoomId, UserId } from "../../schema/ids.ts";
import type { InboxRoom } from "../../schema/inbox.ts";
import type { Presence } from "../../schema/presence.ts";
import type { SessionModel } from "./session.ts";

export type InboxModel = ReturnType<typeof createInbox>;

/** The inbox of who is signed in, for as long as they are. */
export function createInbox(client: Client, session: Pick<SessionModel, "user">) {
  const view = signal<InboxView | null>(null);
  const blocked = computed<ReadonlySet<UserId>>(
    () => new Set(view.value?.inbox?.blocks.map(({ user_id }) => user_id)),
  );
  let handle: InboxHandle | null = null;
  let whose: UserId | null = null;
  let idle = false;

  effect(() => {
    const user_id = session.user.value?.user_id ?? null;
    if (user_id === whose) return;
    handle?.close();
    handle = null;
    whose = user_id;
    view.value = null;
    if (user_id === null) return;
    const opened = openInbox(client);
    handle = opened;
    opened.activity(idle);
    opened.subscribe((now) => {
      if (handle === opened) view.value = now;
    });
  });

  return {
    view,
    blocked,
    presenceOf: (user_id: UserId): Presence | null => view.value?.presence.get(user_id) ?? null,
    room: (room_id: RoomId): InboxRoom | undefined =>
      view.value?.inbox?.rooms.find((room) => room.room_id === room_id),
    async command(wanted: Wanted): Promise<InboxDone> {
      if (handle === null) throw new Error("nobody is signed in");
      return handle.command(wanted);
    },
    watch: (asker: object, users: readonly Watched[] | null) => handle?.watch(asker, users),
    activity(now_idle: boolean): void {
      idle = now_idle;
      handle?.activity(now_idle);
    },
  };
}

/** Favourites first, then what was spoken in last. */
export function inOrder(rooms: readonly InboxRoom[]): InboxRoom[] {
  const at = (room: InboxRoom) => room.preview?.at ?? 0;
  return rooms.toSorted(
    (one, other) => Number(other.favourite) - Number(one.favourite) || at(other) - at(one),
  );
}

/** As it is shown: counting ends somewhere, and says so. */
export const badgeText = (badge: number): string =>
  badge < limits.badge_max ? String(badge) : `${limits.badge_max}+`;

/** Nothing is counted of a room that is muted. */
export const badgeOf = (room: InboxRoom, now: number): number =>
  room.muted_until !== null && room.muted_until > now ? 0 : room.badge;
