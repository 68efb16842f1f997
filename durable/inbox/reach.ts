import type { RoomId, UserId } from "../../schema/ids.ts";
import { transact } from "../kernel/sql.ts";
import type { InboxContext } from "./context.ts";
import { lookupWait, takesDirectFrom } from "./rules/reach.ts";
import { lookups } from "./stores/lookups.ts";
import { rooms } from "./stores/rooms.ts";
import { settingsStore } from "./stores/settings.ts";
import { wishes } from "./stores/wishes.ts";

/**
 * Whether this person takes a direct room from another, who is in these rooms. A block does not change the answer, since
 * the answer would tell of it: the room is made, and the blocker's inbox never shows it.
 */
export function takesDirect(
  context: InboxContext,
  from: UserId,
  room_ids: readonly RoomId[],
): boolean {
  if (!context.inbox()) return false;
  const { sql } = context.host;
  return takesDirectFrom(settingsStore.get(sql).direct_from, {
    shares_room: room_ids.some((room_id) => rooms.has(sql, room_id)),
    wished: wishes.pair(sql, from).wants,
  });
}

/** Takes from what may be compared, and says 0; or takes nothing, and says how long to wait. */
export function takeLookups(context: InboxContext, addresses: number): number {
  const { host } = context;
  return transact(host.sql, () => {
    context.begin();
    const wait_ms = lookupWait(lookups.all(host.sql), addresses, host.now());
    if (wait_ms === 0) lookups.take(host.sql, addresses, host.now());
    return wait_ms;
  });
}
