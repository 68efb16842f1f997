import * as v from "valibot";
import { RoomIdSchema, type RoomId } from "../../schema/ids.ts";

/** A room that was opened on this device, by the name it had then. */
const RememberedSchema = v.array(v.object({ room_id: RoomIdSchema, name: v.string() }));
export type Remembered = v.InferOutput<typeof RememberedSchema>;

const MOST = 50;

export function readRemembered(stored: string | null): Remembered {
  try {
    const parsed = v.safeParse(RememberedSchema, JSON.parse(stored ?? "[]"));
    return parsed.success ? parsed.output : [];
  } catch {
    return [];
  }
}

/** The one that was opened last stands first, unless it stands somewhere already: a list that jumps is hard to use. */
export function remember(rooms: Remembered, room_id: RoomId, name: string): Remembered {
  if (rooms.some((room) => room.room_id === room_id)) {
    return rooms.map((room) => (room.room_id === room_id ? { room_id, name } : room));
  }
  return [{ room_id, name }, ...rooms].slice(0, MOST);
}

export const forget = (rooms: Remembered, room_id: RoomId): Remembered =>
  rooms.filter((room) => room.room_id !== room_id);
