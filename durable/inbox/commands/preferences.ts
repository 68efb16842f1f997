import type { RoomId } from "../../../schema/ids.ts";
import { limits } from "../../../schema/limits.ts";
import type { MemberPreferences } from "../../../schema/preferences.ts";
import { atMost } from "../../kernel/at-most.ts";
import { transact } from "../../kernel/sql.ts";
import type { InboxContext } from "../context.ts";
import { blocks } from "../stores/blocks.ts";
import { preferencesStore } from "../stores/preferences.ts";
import { selfStore } from "../stores/self.ts";
import { settingsStore } from "../stores/settings.ts";

/**
 * What the person's rooms must know of them: whether they show how far they have read, whether they are invisible, and
 * whom they ignore. A room hears of it with the answer to its mark, and when it changes. There is one entry in the outbox
 * for all rooms; which of them are behind is worked out when it is handed over, so that a crash on the way, and a room
 * that cannot be reached, cost a repetition.
 */
export const PREFERENCES = "preferences";

export function preferencesOf({ host: { sql } }: InboxContext): MemberPreferences {
  return {
    version: preferencesStore.version(sql),
    shows_reads: settingsStore.get(sql).show_reads,
    hidden: selfStore.get(sql).mode === "invisible",
    ignores: blocks.all(sql).map(({ user_id }) => user_id),
  };
}

/** Inside the transaction that changes one of them. */
export function preferencesChanged({ host, outbox }: InboxContext): void {
  outbox.note(PREFERENCES, preferencesStore.next(host.sql), limits.mark_gather_ms);
}

export async function tellRooms(context: InboxContext): Promise<void> {
  const { host, outbox, peers, user_id } = context;
  const said = preferencesOf(context);
  const rooms = preferencesStore.untold(host.sql, said.version, limits.rooms_per_delivery);
  const told: RoomId[] = [];
  const failures: unknown[] = [];
  await atMost(limits.rooms_at_once, rooms, async (room_id) => {
    try {
      await peers.room(room_id).prefers(user_id, said);
      told.push(room_id);
    } catch (error) {
      failures.push(error);
    }
  });
  transact(host.sql, () => {
    preferencesStore.told(host.sql, said.version, told);
    if (failures.length > 0) return;
    outbox.confirmed(PREFERENCES, said.version);
    if (preferencesStore.untold(host.sql, said.version, 1).length > 0)
      outbox.note(PREFERENCES, said.version, 0);
  });
  if (failures.length > 0)
    throw new Error(`${failures.length} rooms were not told, the first: ${String(failures[0])}`);
}
