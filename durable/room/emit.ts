import type { LogEvent } from "../../schema/events.ts";
import { whoWent } from "../../schema/events.ts";
import type { Down } from "../../schema/frames/down.ts";
import type { UserId } from "../../schema/ids.ts";
import type { Head } from "../../schema/receipt.ts";
import type { HostSocket } from "../kernel/host.ts";
import type { Sockets } from "../kernel/sockets.ts";
import type { RoomContext } from "./context.ts";
import type { FlushVeil } from "./veil.ts";

export interface Told {
  events: readonly LogEvent[];
  head: Head;
  /** Who left in this flush and is a member again at its end. */
  back: ReadonlySet<UserId>;
  /** Where some may not see what an event is about. */
  veil: FlushVeil | null;
}

/** What was committed in one flush, to everyone who is here: encoded once, one frame a socket. */
export function emit({ sockets }: RoomContext, told: Told): void {
  const { back } = told;
  let rest = told.events;
  while (rest.length > 0) {
    // Whoever leaves hears that they left, and nothing after it: what follows goes in a frame of its own.
    const leaving = rest.findIndex((event) => whoWent(event) !== null);
    const through = leaving === -1 ? rest.length : leaving + 1;
    const together = rest.slice(0, through);
    const last = together.at(-1);
    if (last === undefined) return;
    tell(sockets, { ...told, events: together });
    const left = whoWent(last);
    // Someone who is back by the end of the same flush comes back with a new socket.
    if (left) sockets.closeOf(left, back.has(left) ? "restarting" : "removed");
    rest = rest.slice(through);
  }
}

/** Those who may not see what an event is about get a frame of their own; that is nobody, mostly. */
function tell(sockets: Sockets<Down>, { events, head, veil }: Told): void {
  const frame = (some: readonly LogEvent[]): Down => ({
    type: "events",
    epoch: head.epoch,
    events: [...some],
    head,
  });
  const apart = new Map<HostSocket, LogEvent[]>();
  for (const [socket, { state, caller }] of veil ? sockets.all() : []) {
    const seen = veil && state === "live" ? veil(events, caller.user_id) : null;
    if (seen) apart.set(socket, seen);
  }
  sockets.sendToLive(frame(events), events.at(-1)?.seq ?? head.seq, apart);
  for (const [socket, seen] of apart) sockets.send(socket, frame(seen));
}
