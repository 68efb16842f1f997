import type { LogEvent } from "../../schema/events.ts";
import { bodyOf } from "../../schema/events.ts";
import type { Down } from "../../schema/frames/down.ts";
import type { UserId } from "../../schema/ids.ts";
import type { Head } from "../../schema/receipt.ts";
import type { RoomContext } from "./context.ts";

export const encode = (frame: Down): string => JSON.stringify(frame);

export interface Told {
  events: readonly LogEvent[];
  head: Head;
  /** Who left in this flush and is a member again at its end. */
  back: ReadonlySet<UserId>;
}

/** What was committed in one flush, to everyone who is here: encoded once, one frame a socket. */
export function emit({ sockets }: RoomContext, { events, head, back }: Told): void {
  let rest = events;
  while (rest.length > 0) {
    // Whoever leaves hears that they left, and nothing after it: what follows goes in a frame of its own.
    const leaving = rest.findIndex((event) => event.type === "member.left");
    const through = leaving === -1 ? rest.length : leaving + 1;
    const together = rest.slice(0, through);
    sockets.sendToLive(encode({ type: "events", epoch: head.epoch, events: together, head }));
    const last = together.at(-1);
    const left = last && bodyOf(last, "member.left");
    // Someone who is back by the end of the same flush comes back with a new socket.
    if (left) sockets.closeOf(left.user_id, back.has(left.user_id) ? "restarting" : "removed");
    rest = rest.slice(through);
  }
}
