import type { UserId } from "../../schema/ids.ts";
import { deriveId } from "../../schema/ids.ts";
import type { RoomContext } from "./context.ts";
import type { Pending } from "./flush.ts";
import { cursors } from "./stores/cursors.ts";
import { members } from "./stores/members.ts";

/**
 * Takes whoever has no account any more out of the room. The command is named after this membership, so that asking
 * again has no second effect; what it leaves in the log is an event like that of any other who left. Their messages
 * stay, under an id that names nobody.
 */
export function forgetting(
  context: RoomContext,
  user_id: UserId,
  push: (pending: Pending) => void,
): Promise<void> {
  if (!context.room()) return Promise.resolve();
  const { sql } = context.host;
  const member = members.find(sql, user_id);
  if (!member) return Promise.resolve(cursors.remove(sql, user_id));
  const { room_id } = context;
  const membership = [room_id, user_id, String(member.joined_seq)];
  return new Promise((resolve, reject) => {
    push({
      caller: { user_id, device_id: deriveId("device", "forget", user_id), request_id: "forget" },
      command: { type: "forget", command_id: deriveId("command", "forget", ...membership) },
      bytes: 0,
      settle() {
        // Asked for twice at once, or left by themselves in the same flush: either way they are no member now.
        if (members.find(sql, user_id)) return reject(new Error("the room could not forget"));
        cursors.remove(sql, user_id);
        resolve();
      },
    });
  });
}
