import type { RoomId } from "../../schema/ids.ts";
import { forget } from "../models/remembered.ts";
import { roomPath } from "../models/route.ts";
import { t } from "../text.ts";
import { useApp } from "./context.ts";

/** Rooms opened before on this device. */
export function RoomList({ current }: { current?: RoomId }) {
  const { remembered } = useApp();
  const rooms = remembered.value;
  if (rooms.length === 0) return <p class="aside">{t("rooms.none")}</p>;
  return (
    <ul class="room-list">
      {rooms.map(({ room_id, name }) => (
        <li key={room_id}>
          <a href={roomPath(room_id)} aria-current={room_id === current ? "page" : undefined}>
            {name}
          </a>
          {room_id === current ? null : (
            <button
              class="quiet"
              type="button"
              aria-label={t("rooms.forget", { name })}
              onClick={() => (remembered.value = forget(remembered.value, room_id))}
            >
              ×
            </button>
          )}
        </li>
      ))}
    </ul>
  );
}
