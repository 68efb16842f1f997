import type { RoomId } from "../../schema/ids.ts";
import type { History } from "./history.ts";
import type { RoomMembers } from "./room-members.ts";

/** Names that one round folds; what is left waits for the next, or for the sweep. */
const NAMES = 500;
/** A position that has fallen behind by so many events without a change is written down all the same. */
const IDLE_EVENTS = 1_000;
/** Steps in one go: a log of a few hundred thousand events. */
const STEPS = 100;

export interface FollowsMembers {
  readonly history: Pick<History, "memberEvents">;
  readonly members: Pick<RoomMembers, "at" | "move" | "fold">;
}

/**
 * Brings the copy of a room's members to where the archive is. It goes on from wherever it stands, so whatever was missed,
 * or emptied in order to be made again, is caught up with by the next call.
 */
export async function followMembers(
  room_id: RoomId,
  { history, members }: FollowsMembers,
): Promise<void> {
  for (let steps = 0; steps < STEPS; steps += 1) {
    const from = await members.at(room_id);
    const to = await history.memberEvents(room_id, from);
    if (to === null) break;
    const { through, events } = to;
    const passed = from?.epoch === through.epoch ? through.seq - from.seq : through.seq;
    if (events.length > 0 || passed >= IDLE_EVENTS) await members.move(room_id, from, to);
    if (to.is_head) break;
  }
  while ((await members.fold(NAMES)) === NAMES);
}
