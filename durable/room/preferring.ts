import type { UserId } from "../../schema/ids.ts";
import type { MemberPreferences } from "../../schema/preferences.ts";
import type { RoomContext } from "./context.ts";
import { cursors } from "./stores/cursors.ts";
import { members } from "./stores/members.ts";
import { preferences } from "./stores/preferences.ts";

/** Inside a transaction. Says whether the member's inbox is to be told anew. */
export function hearPreferences(
  context: RoomContext,
  user_id: UserId,
  said: MemberPreferences,
): boolean {
  const { sql } = context.host;
  // Whoever has left meanwhile is no concern of the room any more.
  if (!members.find(sql, user_id)) return false;
  const was_hidden = preferences.isHidden(sql, user_id);
  const heard = preferences.put(sql, user_id, said);
  // Told a turn later, when this is committed.
  if (preferences.isHidden(sql, user_id) !== was_hidden) context.hides(user_id);
  if (!heard?.ignores_others) return false;
  cursors.touch(sql, [user_id]);
  return true;
}
