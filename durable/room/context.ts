import type { Down } from "../../schema/frames/down.ts";
import type { RoomId, UserId } from "../../schema/ids.ts";
import type { InboxRpc } from "../../schema/inbox-rpc.ts";
import type { RoomRpc } from "../../schema/rpc.ts";
import type { Texts } from "../../schema/text-files.ts";
import type { Alarms } from "../kernel/alarms.ts";
import { createAlarms } from "../kernel/alarms.ts";
import type { Host } from "../kernel/host.ts";
import { isMigrated, migrate } from "../kernel/migrate.ts";
import type { Session } from "../kernel/session.ts";
import type { Outbox } from "../kernel/outbox.ts";
import { createOutbox } from "../kernel/outbox.ts";
import type { Sockets } from "../kernel/sockets.ts";
import { createSockets } from "../kernel/sockets.ts";
import { members } from "./stores/members.ts";
import type { RoomRow } from "./stores/room.ts";
import { roomStore } from "./stores/room.ts";
import { roomMigrations } from "./tables.ts";

/** Who is outside of the room, as it may speak to them. */
export interface RoomPeers {
  /** Tells the archive that there is more. */
  archive(through_seq: number): Promise<void>;
  inbox(user_id: UserId): Pick<InboxRpc, "mark" | "gone" | "holds" | "takePlace">;
  /** Another room, for what is to be forwarded from it. */
  room(room_id: RoomId): Pick<RoomRpc, "ask">;
  readonly texts: Texts;
}

/** What every part of the room is handed. */
export interface RoomContext {
  readonly host: Host;
  readonly peers: RoomPeers;
  /** The id that this actor answers to, whether or not a room was created under it. */
  readonly room_id: RoomId;
  readonly alarms: Alarms;
  readonly outbox: Outbox;
  readonly sockets: Sockets<Down>;
  /** The room, or null where none was ever created here: asking leaves no trace in storage. */
  room(): RoomRow | null;
  /** Makes the tables of a room that is about to be created. */
  prepare(): void;
  /** The tables are committed: nothing can take them away, so they need not be looked for again. */
  remember(): void;
  /** Hears of every socket that has ended, whoever ended it. */
  onDropped(listener: (session: Session) => void): void;
  /** Somebody hides from the others here, or shows themselves again. */
  hides(user_id: UserId): void;
  onHides(listener: (user_id: UserId) => void): void;
}

export function createContext(host: Host, name: RoomId | null, peers: RoomPeers): RoomContext {
  const alarms = createAlarms(host);
  const endOf = ({ caller }: Session) =>
    members.find(host.sql, caller.user_id) ? null : ("removed" as const);
  let room_id = name;
  let created = false;
  let dropped: (session: Session) => void = () => {};
  let hides: (user_id: UserId) => void = () => {};
  const context: RoomContext = {
    host,
    peers,
    get room_id() {
      if (room_id === null) throw new Error("this actor was reached without a name");
      return room_id;
    },
    alarms,
    outbox: createOutbox(host, alarms),
    sockets: createSockets(host, endOf, (session) => dropped(session)),
    room() {
      if (!created && !isMigrated(host.sql)) return null;
      return roomStore.get(host.sql);
    },
    prepare: () => void migrate(host.sql, roomMigrations, host.now()),
    remember() {
      created = true;
    },
    hides: (user_id) => hides(user_id),
    onHides(listener) {
      hides = listener;
    },
    onDropped(listener) {
      dropped = listener;
    },
  };
  if (isMigrated(host.sql)) {
    context.prepare();
    context.remember();
    // A room that is here knows its own id: the platform does not tell it at every wake.
    room_id = context.room()?.room_id ?? name;
    // An alarm that was lost with a crash is set again from what is written.
    alarms.arm();
  }
  return context;
}
