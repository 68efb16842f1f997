import type { RoomId } from "../../schema/ids.ts";
import { limits } from "../../schema/limits.ts";
import { atMost } from "../kernel/at-most.ts";
import { transact } from "../kernel/sql.ts";
import type { InboxContext } from "./context.ts";
import { endDead } from "./live/presence-person.ts";
import { roomSockets } from "./stores/room-sockets.ts";

/**
 * How many sockets one person has, over all rooms and this inbox (decision 0014).
 *
 * The truth is in the rooms, which alone know what is open. The inbox remembers for each room how many there were when
 * one was last opened there, which is never too few; and before it refuses, it asks those rooms. So nobody reports that a
 * socket has closed, nothing has to be renewed, and what a crash took is free as soon as its place is wanted.
 */
export interface Places {
  /** Whether there is a place for one more socket, wherever it will be: asked before a ticket is given. */
  isOneFree(): Promise<boolean>;
  /** Takes one for a room, where the person has so many already. */
  takeInRoom(room_id: RoomId, sockets: number): Promise<boolean>;
}

export function createPlaces(context: InboxContext, sockets_max: number): Places {
  const { host, sockets, peers } = context;
  const { sql } = host;
  /** Counts what was written for a room, so that an answer from before does not take its place. */
  const written = new Map<RoomId, number>();

  const write = (room_id: RoomId, count: number): void => {
    written.set(room_id, (written.get(room_id) ?? 0) + 1);
    transact(sql, () => roomSockets.put(sql, { room_id, sockets: count }));
  };

  const elsewhere = (room_id: RoomId | null): number =>
    roomSockets
      .all(sql)
      .filter((row) => row.room_id !== room_id)
      .reduce((sum, row) => sum + row.sockets, sockets.all().length);

  const recount = async (besides: RoomId | null): Promise<void> => {
    endDead(context);
    const rooms = roomSockets.all(sql).filter(({ room_id }) => room_id !== besides);
    await atMost(limits.rooms_asked_at_once, rooms, async ({ room_id }) => {
      const before = written.get(room_id);
      try {
        const count = await peers.room(room_id).socketsOf(context.user_id);
        if (written.get(room_id) === before) write(room_id, count);
      } catch (error) {
        // It counts as it did: whoever is refused by it may try again.
        host.log("warn", "sockets.uncounted", { room_id, reason: String(error) });
      }
    });
  };

  return {
    async isOneFree() {
      if (elsewhere(null) < sockets_max) return true;
      await recount(null);
      return elsewhere(null) < sockets_max;
    },
    async takeInRoom(room_id, here) {
      // Nobody has ever signed in here: what opens sockets then are not devices of a person.
      if (!context.inbox()) return true;
      // Looked at and taken in one step, so that of two who ask at once one is told of the other.
      const take = (): boolean => {
        if (elsewhere(room_id) + here >= sockets_max) return false;
        write(room_id, here + 1);
        return true;
      };
      if (take()) return true;
      await recount(room_id);
      return take();
    },
  };
}
