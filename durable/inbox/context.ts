import { SALT_BYTES, toBase64Url } from "../../schema/chain.ts";
import type { InboxDown } from "../../schema/frames/inbox/down.ts";
import type { RoomId, UserId } from "../../schema/ids.ts";
import { ID_RANDOM_BYTES, makeId } from "../../schema/ids.ts";
import type { InboxRpc } from "../../schema/inbox-rpc.ts";
import type { RoomRpc } from "../../schema/rpc.ts";
import type { Alarms } from "../kernel/alarms.ts";
import { createAlarms } from "../kernel/alarms.ts";
import type { Host, HostSocket } from "../kernel/host.ts";
import { isMigrated, migrate } from "../kernel/migrate.ts";
import type { Outbox } from "../kernel/outbox.ts";
import { createOutbox } from "../kernel/outbox.ts";
import type { Session } from "../kernel/session.ts";
import type { Sockets } from "../kernel/sockets.ts";
import { createSockets } from "../kernel/sockets.ts";
import { holdsHere } from "./holds.ts";
import type { InboxRow } from "./stores/inbox.ts";
import { inboxStore } from "./stores/inbox.ts";
import { inboxMigrations } from "./tables.ts";

/** The other actors, as this one may speak to them. */
export interface Peers {
  inbox(user_id: UserId): Pick<InboxRpc, "wish" | "watch" | "unwatch" | "seen">;
  room(room_id: RoomId): Pick<RoomRpc, "endSession" | "prefers" | "socketsOf">;
}

/** What every part of the inbox is handed. */
export interface InboxContext {
  readonly host: Host;
  readonly peers: Peers;
  /** The id that this actor answers to, whether or not its user exists. */
  readonly user_id: UserId;
  readonly alarms: Alarms;
  readonly outbox: Outbox;
  readonly sockets: Sockets<InboxDown>;
  /** The inbox, or null where nobody ever signed in here: asking leaves no trace in storage. */
  inbox(): InboxRow | null;
  /** Makes the inbox where there is none, inside the transaction that gives the reason. */
  begin(): InboxRow;
  /** Hears, a turn later, of sockets that ended while they were told something: broken, or closed as too slow. */
  onLost(listener: (session: Session, socket: HostSocket) => void): void;
}

export function createContext(host: Host, name: UserId | null, peers: Peers): InboxContext {
  const alarms = createAlarms(host);
  const isHere = isMigrated(host.sql);
  if (isHere) migrate(host.sql, inboxMigrations, host.now());
  const user_id = (isHere ? inboxStore.get(host.sql)?.user_id : null) ?? name;
  const endOf = ({ caller }: Session) =>
    holdsHere(host, caller.device_id) ? null : ("signed_out" as const);
  let lost: (session: Session, socket: HostSocket) => void = () => {};
  const context: InboxContext = {
    host,
    peers,
    get user_id() {
      if (user_id === null) throw new Error("this actor was reached without a name");
      return user_id;
    },
    alarms,
    outbox: createOutbox(host, alarms),
    sockets: createSockets(host, endOf, (session, socket, is_lost) => {
      if (is_lost) host.later(() => lost(session, socket));
    }),
    inbox: () => (isMigrated(host.sql) ? inboxStore.get(host.sql) : null),
    begin() {
      const known = context.inbox();
      if (known) return known;
      migrate(host.sql, inboxMigrations, host.now());
      const row: InboxRow = {
        user_id: context.user_id,
        epoch: makeId("epoch", host.now(), host.random(ID_RANDOM_BYTES)),
        salt: toBase64Url(host.random(SALT_BYTES)),
        created_at: host.now(),
      };
      inboxStore.add(host.sql, row);
      return row;
    },
    onLost(listener) {
      lost = listener;
    },
  };
  // An alarm that was lost with a crash is set again from what is written.
  if (isHere) alarms.arm();
  return context;
}
