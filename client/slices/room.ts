import type { EventBody } from "../../schema/events.ts";
import { defaultRoomSettings, type Room } from "../../schema/room.ts";
import type { Draft, Step } from "./draft.ts";

type Change = EventBody<"room.changed">;

const created: Step<"room.created"> = (draft, event, { members: _, ...described }) => {
  draft.room = {
    room_id: draft.room_id,
    ...described,
    archived_at: null,
    settings: defaultRoomSettings,
    created_by: event.actor,
    created_at: event.at,
  };
};

const changed: Step<"room.changed"> = (draft, event, body) => {
  if (draft.room !== null) draft.room = changedRoom(draft.room, body, event.at);
};

function changedRoom(room: Room, { archived, settings, ...words }: Change, at: number): Room {
  const archived_at = archived === undefined ? room.archived_at : archived ? at : null;
  return {
    ...room,
    ...given(words),
    archived_at,
    settings: { ...room.settings, ...given(settings) },
  };
}

/** An entry that is there and undefined would hide what was there before. */
const given = <T extends object>(some: T = {} as T): { [K in keyof T]?: NonNullable<T[K]> } =>
  Object.fromEntries(Object.entries(some).filter(([, value]) => value !== undefined)) as never;

/** The first event that one may see, as far as it is known here. Whoever left and came back has joined anew. */
export const firstSeqOf = ({ room: now, self }: Pick<Draft, "room" | "self">): number =>
  now?.settings.history === "joined" ? (self?.joined_seq ?? 1) : 1;

export const room = { created, changed };
