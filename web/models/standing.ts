import type { RoomState } from "../../client/index.ts";
import { objection, type Permission } from "../../schema/permissions.ts";

/** Why one cannot do something in a room just now. */
export type Hindrance =
  | { kind: "archived" }
  | { kind: "read_only" }
  | { kind: "muted"; until: number }
  | { kind: "not_allowed" };

type Standing = Pick<RoomState, "role" | "room" | "muted_until">;

/** The room's own answer where it is known; before it has said hello there is nothing to say against it. */
export function hindrance(
  { role, room, muted_until }: Standing,
  permission: Permission,
  now: number,
): Hindrance | null {
  if (role === null || room === null) return null;
  const reason = objection(role, permission, room);
  if (reason === "room_archived") return { kind: "archived" };
  if (reason === "read_only") return { kind: "read_only" };
  if (reason !== null) return { kind: "not_allowed" };
  return muted_until !== null && muted_until > now && permission !== "message.delete_own"
    ? { kind: "muted", until: muted_until }
    : null;
}

/** When the answer changes by itself; null where it does not. */
export const changesIn = ({ muted_until }: Standing, now: number): number | null =>
  muted_until !== null && muted_until > now ? muted_until - now : null;
