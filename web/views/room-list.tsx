import { useEffect } from "preact/hooks";
import type { RoomId } from "../../schema/ids.ts";
import type { InboxRoom } from "../../schema/inbox.ts";
import { badgeOf, badgeText, inOrder } from "../models/inbox.ts";
import { forget } from "../models/remembered.ts";
import { roomPath } from "../models/route.ts";
import { fullText } from "../platform/dates.ts";
import { counted, t } from "../text.ts";
import { useApp } from "./context.ts";
import { Told } from "./message-text.tsx";
import { PresenceView, useWatch } from "./presence.tsx";
import { WorkButton } from "./work.tsx";

/** The rooms that one is in, as the inbox knows them, and those that only this device remembers. */
export function RoomList({ current, whole = false }: { current?: RoomId; whole?: boolean }) {
  const { inbox, people, remembered } = useApp();
  const rooms = inOrder(inbox.view.value?.inbox?.rooms ?? []);
  const known = new Set(rooms.map(({ room_id }) => room_id));
  const others = rooms.flatMap((room) => (room.with === null ? [] : [room.with]));
  useWatch(
    rooms.flatMap((room) =>
      room.with === null ? [] : [{ user_id: room.with, via: room.room_id }],
    ),
  );
  useEffect(() => {
    const authors = rooms.flatMap(({ preview }) => (preview === null ? [] : [preview.author]));
    people.want([...others, ...authors]);
  }, [rooms.length, others.length]);
  const elsewhere = remembered.value.filter(({ room_id }) => !known.has(room_id));
  const archived = rooms.filter((room) => room.archived);
  const row = (room: InboxRoom) => (
    <RoomRow key={room.room_id} room={room} current={room.room_id === current} whole={whole} />
  );
  if (rooms.length === 0 && elsewhere.length === 0) return <p class="aside">{t("rooms.none")}</p>;
  return (
    <>
      <ul class="room-list">
        {rooms.filter((room) => !room.archived).map(row)}
        {elsewhere.map(({ room_id, name }) => (
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
      {archived.length > 0 && whole ? (
        <details>
          <summary>{t("rooms.archived")}</summary>
          <ul class="room-list">{archived.map(row)}</ul>
        </details>
      ) : null}
    </>
  );
}

interface RoomRowProps {
  room: InboxRoom;
  current: boolean;
  whole: boolean;
}

function RoomRow({ room, current, whole }: RoomRowProps) {
  const { inbox } = useApp();
  const name = useRoomName(room);
  const badge = badgeOf(room, Date.now());
  const { room_id, favourite } = room;
  return (
    <li>
      <a href={roomPath(room_id)} aria-current={current ? "page" : undefined}>
        {room.with === null ? null : <PresenceView user_id={room.with} />} <bdi>{name}</bdi>
        {whole ? <Preview room={room} /> : null}
      </a>
      {badge === 0 || current ? null : (
        <span class="badge">
          <span aria-hidden="true">{badgeText(badge)}</span>
          <span class="visually-hidden">{counted("rooms.unread_one", "rooms.unread", badge)}</span>
        </span>
      )}
      {whole ? (
        <WorkButton
          label={t("rooms.favourite", { name })}
          pressed={favourite}
          work={() => inbox.command({ type: "arrange", room_id, favourite: !favourite })}
        >
          {favourite ? "★" : "☆"}
        </WorkButton>
      ) : null}
    </li>
  );
}

/** A direct room is called after the other. */
function useRoomName(room: InboxRoom): string {
  const { people } = useApp();
  if (room.with === null) return room.name || t("room.unnamed");
  return people.known.value.get(room.with)?.display_name ?? t("timeline.unnamed");
}

function Preview({ room }: { room: InboxRoom }) {
  const { people, inbox } = useApp();
  const { preview } = room;
  if (preview === null || inbox.blocked.value.has(preview.author)) return null;
  const name = people.known.value.get(preview.author)?.display_name ?? t("timeline.unnamed");
  return (
    <span class="preview">
      {preview.text === null ? (
        t("rooms.last", { name, time: fullText(preview.at) })
      ) : (
        <Told author={preview.author} source={preview.text} />
      )}
    </span>
  );
}
