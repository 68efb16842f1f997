import { signal } from "@preact/signals";
import { QuothError, type Client, type RoomHandle, type RoomState } from "../../client/index.ts";
import type { RoomId } from "../../schema/ids.ts";
import type { RefusalCode } from "../../schema/refusals.ts";
import { connectionOf, looksAgainIn, type Connection } from "./connection.ts";

export type Opening = "opening" | "open" | "absent" | "failed";

export type RoomModel = ReturnType<typeof createRoomModel>;

export interface RoomModelDeps {
  client: Client;
  room_id: RoomId;
  /** There is no session: nothing can be opened without one. */
  onSignedOut(): void;
  /** Each new state, as it comes. */
  onState(state: RoomState, before: RoomState | null): void;
}

/** One room on the screen: joined where that is possible, followed as long as it is shown. */
export function createRoomModel({ client, room_id, onSignedOut, onState }: RoomModelDeps) {
  const opening = signal<Opening>("opening");
  const state = signal<RoomState | null>(null);
  const connection = signal<Connection>("fine");
  let handle: RoomHandle | null = null;
  let unsubscribe = () => {};
  let timer: ReturnType<typeof setTimeout> | undefined;
  let over = false;

  function take(now: RoomState): void {
    const before = state.value;
    state.value = now;
    look();
    // A room that has been shown stays shown, with what is in it.
    if (opening.value === "opening" && (now.room !== null || now.status.name === "signed_out"))
      opening.value = "open";
    onState(now, before);
  }

  function look(): void {
    clearTimeout(timer);
    const now = state.value;
    if (now === null) return;
    connection.value = connectionOf(now.status, Date.now());
    if (connection.value === "absent") opening.value = "absent";
    // What waits in the outbox can be seen, and added to, while the room itself does not answer.
    if (connection.value === "reconnecting" && opening.value === "opening") opening.value = "open";
    const again_ms = looksAgainIn(now.status, Date.now());
    if (again_ms !== null) timer = setTimeout(look, again_ms + 20);
  }

  /**
   * Who opens a room's link wants to be in it: a member is in it already, and a channel lets others join. The room is
   * asked first, since a guest may join nothing, the room that they were let into included.
   */
  async function enter(): Promise<void> {
    const member = await client.room(room_id).catch(refusedAs("not_found"));
    if (member === null) await client.join(room_id).catch(refusedAs("already_member"));
  }

  async function open(): Promise<void> {
    opening.value = "opening";
    try {
      await enter();
    } catch (error) {
      if (over) return;
      if (error instanceof QuothError && error.code === "unauthenticated") return onSignedOut();
      const gone =
        error instanceof QuothError &&
        ["not_found", "not_allowed", "direct_room", "invalid"].includes(error.code);
      opening.value = gone ? "absent" : "failed";
      return;
    }
    if (over) return;
    handle = client.openRoom(room_id);
    unsubscribe = handle.subscribe(take);
    take(handle.state());
  }

  return {
    room_id,
    opening,
    state,
    connection,
    open,
    /** What is only there while the room is open; views are drawn only then. */
    handle(): RoomHandle {
      if (handle === null) throw new Error("the room is not open");
      return handle;
    },
    close(): void {
      over = true;
      clearTimeout(timer);
      unsubscribe();
      handle?.close();
    },
  };
}

/** Null for this refusal; whatever else went wrong is thrown on. */
function refusedAs(code: RefusalCode): (error: unknown) => null {
  return (error) => {
    if (error instanceof QuothError && error.code === code) return null;
    throw error;
  };
}
