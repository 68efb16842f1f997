import * as v from "valibot";
import { RoomIdSchema, type RoomId } from "../../schema/ids.ts";

/** Pages that are found by their name alone. What a letter's link brings stands behind its `#`. */
const named = ["account", "contacts", "forgot", "verify", "reset", "invite"] as const;
export type Route =
  | { name: "home" | "absent" | (typeof named)[number] }
  | { name: "room"; room_id: RoomId };

const ROOM_PATH = /^\/r\/([^/]+)\/?$/;

export function routeOf(path: string): Route {
  if (path === "/" || path === "") return { name: "home" };
  const page = named.find((name) => path === `/${name}` || path === `/${name}/`);
  if (page !== undefined) return { name: page };
  const room_id = roomIdIn(path);
  return room_id === null ? { name: "absent" } : { name: "room", room_id };
}

export const roomPath = (room_id: RoomId) => `/r/${room_id}`;

/** What people paste: a whole link, its path, or the bare id. */
export function roomIdIn(pasted: string): RoomId | null {
  const text = pasted.trim();
  const path = URL.canParse(text) ? new URL(text).pathname : text;
  const id = v.safeParse(RoomIdSchema, ROOM_PATH.exec(path)?.[1] ?? path);
  return id.success ? id.output : null;
}
