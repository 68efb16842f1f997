import * as v from "valibot";
import { RoomIdSchema, type RoomId } from "../../schema/ids.ts";

export type Route = { name: "home" } | { name: "room"; room_id: RoomId } | { name: "absent" };

const ROOM_PATH = /^\/r\/([^/]+)\/?$/;

export function routeOf(path: string): Route {
  if (path === "/" || path === "") return { name: "home" };
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
