import type { Member } from "../../../schema/member.ts";
import type { Room } from "../../../schema/room.ts";

/** Whether who comes later sees only what is said from then on. Statements about many members take this with them. */
export const isJoinedOnly = ({ settings }: Pick<Room, "settings">): boolean =>
  settings.history === "joined";

/** The first event that a member may see. Whoever left and came back has joined anew. */
export function firstSeqFor(room: Room, { joined_seq }: Member): number {
  return isJoinedOnly(room) ? joined_seq : 1;
}
