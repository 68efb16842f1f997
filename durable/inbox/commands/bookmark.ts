import { limits } from "../../../schema/limits.ts";
import { accepted, refused } from "../../kernel/outcome.ts";
import { bookmarks } from "../stores/bookmarks.ts";
import { rooms } from "../stores/rooms.ts";
import type { Asked, Decided } from "./asked.ts";

/** Private to the person. The message itself is asked for in its room, which knows who may read it. */
export function bookmark({ context, command }: Asked<"bookmark">): Decided {
  const { sql, now } = context.host;
  const { room_id, message_id, note } = command;
  if (!rooms.findShown(sql, room_id)) return refused("not_found");
  const before = bookmarks.find(sql, room_id, message_id);
  if (before?.note === note) return accepted([]);
  if (!before && bookmarks.count(sql) >= limits.bookmarks) return refused("too_many");
  const after = { room_id, message_id, note, at: before?.at ?? now() };
  bookmarks.put(sql, after);
  return accepted([{ type: "bookmark.added", body: { bookmark: after } }]);
}

/** Also of a message in a room that the person has left: it stands in their list. */
export function unbookmark({ context, command }: Asked<"unbookmark">): Decided {
  const { sql } = context.host;
  const { room_id, message_id } = command;
  if (!bookmarks.find(sql, room_id, message_id)) return accepted([]);
  bookmarks.remove(sql, room_id, message_id);
  return accepted([{ type: "bookmark.removed", body: { room_id, message_id } }]);
}
