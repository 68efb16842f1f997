import type { InboxRoom } from "../../../schema/inbox.ts";
import { FOREVER } from "../../../schema/inbox.ts";
import { accepted, refused } from "../../kernel/outcome.ts";
import { rooms } from "../stores/rooms.ts";
import type { Asked, Decided } from "./asked.ts";

/** How a room stands in the list. What is left out stays. */
export function arrange({ context, command }: Asked<"arrange">): Decided {
  const { sql } = context.host;
  const room = rooms.findShown(sql, command.room_id);
  if (!room) return refused("not_found");
  const { favourite, folder, muted_until, archived } = command;
  const after: InboxRoom = {
    ...room,
    favourite: favourite ?? room.favourite,
    folder: folder ?? room.folder,
    muted_until: muted_until === undefined ? room.muted_until : noLaterThanEver(muted_until),
    archived: archived ?? room.archived,
  };
  if (JSON.stringify(after) === JSON.stringify(room)) return accepted([]);
  rooms.put(sql, after);
  return accepted([{ type: "room.changed", body: { room: after } }]);
}

const noLaterThanEver = (until: number | null): number | null =>
  until === null ? null : Math.min(until, FOREVER);
