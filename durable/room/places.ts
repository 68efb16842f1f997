import type { UserId } from "../../schema/ids.ts";
import type { Opening } from "../../schema/rpc.ts";
import type { Settled } from "../kernel/outcome.ts";
import { refused } from "../kernel/outcome.ts";
import { admit } from "./connection.ts";
import type { RoomContext } from "./context.ts";
import { reader } from "./reads.ts";

/** What this room knows of how many sockets somebody has (decision 0014). */
export interface Places {
  /** May this ticket open one more socket? The user's inbox is asked first, which knows of other rooms. */
  letIn(opening: Opening): Promise<Settled<Opening>>;
  /** How many there are here, those included that are just being opened. */
  socketsOf(user_id: UserId): number;
}

export function createPlaces(context: RoomContext): Places {
  const { host, peers, sockets } = context;
  const opening = new Map<UserId, number>();
  const count = (user_id: UserId) => sockets.countOf(user_id) + (opening.get(user_id) ?? 0);

  const socketsOf = (user_id: UserId): number => {
    if (!context.room()) return 0;
    sockets.closeDead(host.now());
    return count(user_id);
  };

  const mayOpen = async (user_id: UserId): Promise<boolean> => {
    const here = socketsOf(user_id);
    opening.set(user_id, (opening.get(user_id) ?? 0) + 1);
    try {
      return await peers.inbox(user_id).takePlace(context.room_id, here);
    } catch (error) {
      // The ticket was given by that inbox just now. Rather one socket too many than nobody let in.
      host.log("warn", "place.unasked", { room_id: context.room_id, reason: String(error) });
      return true;
    } finally {
      const rest = (opening.get(user_id) ?? 1) - 1;
      if (rest > 0) opening.set(user_id, rest);
      else opening.delete(user_id);
    }
  };

  return {
    socketsOf,
    async letIn(asked) {
      const read = reader(context, asked.caller);
      if (read.kind === "refused") return read;
      if (!(await mayOpen(asked.caller.user_id))) return refused("too_many_sockets");
      // What has happened meanwhile counts: the ticket is taken in the turn in which the socket is accepted.
      return admit(context, asked);
    },
  };
}
