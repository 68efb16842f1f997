import { effect, signal, type ReadonlySignal, type Signal } from "@preact/signals";
import type { User } from "../../schema/user.ts";
import { readRemembered, type Remembered } from "../models/remembered.ts";
import { readStored, writeStored } from "./stored.ts";

/** The rooms that this person opened on this device, kept where the browser allows it. */
export function rememberedRooms(user: ReadonlySignal<User | null>): Signal<Remembered> {
  const rooms = signal<Remembered>([]);
  let key: string | null = null;
  effect(() => {
    // Nobody sees the names of another's rooms.
    key = user.value === null ? null : `quoth.rooms.${user.value.user_id}`;
    rooms.value = key === null ? [] : readRemembered(readStored(key) ?? null);
  });
  effect(() => {
    const text = JSON.stringify(rooms.value);
    if (key !== null) writeStored(key, text);
  });
  // Another tab has opened one.
  addEventListener("storage", (event) => {
    if (key !== null && event.key === key) rooms.value = readRemembered(event.newValue);
  });
  return rooms;
}
