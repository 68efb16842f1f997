import type { Permission, Role } from "../../../schema/permissions.ts";
import { objection } from "../../../schema/permissions.ts";
import type { Member } from "../../../schema/member.ts";
import type { Room } from "../../../schema/room.ts";
import type { Settled } from "../../kernel/outcome.ts";
import { accepted, refused } from "../../kernel/outcome.ts";

export interface Standing {
  readonly room: Room;
  readonly role: Role;
}

interface Known {
  readonly room: Room | null;
  readonly me: Member | null;
  now(): number;
}

/** Whoever was muted still reads, leaves, and takes back what they said. */
const silenced: ReadonlySet<Permission> = new Set([
  "message.send",
  "message.edit_own",
  "message.react",
  "message.pin",
  "message.whisper",
  "mention.everyone",
]);

/** Whether somebody may do something here, with the reason where not. To a stranger there is no room. */
export function standing({ room, me, now }: Known, permission: Permission): Settled<Standing> {
  if (!room || !me) return refused("not_found");
  const reason = objection(me.role, permission, room);
  if (reason) return refused(reason);
  if (me.muted_until !== null && silenced.has(permission) && me.muted_until > now())
    return refused("muted", { retry_after_ms: me.muted_until - now() });
  return accepted({ room, role: me.role });
}
