import type { LogEvent } from "../../schema/events.ts";
import { bodyOf } from "../../schema/events.ts";
import type { Down } from "../../schema/frames/down.ts";
import type { Head } from "../../schema/receipt.ts";
import type { RoomContext } from "./context.ts";

export const encode = (frame: Down): string => JSON.stringify(frame);

/** What was committed in one flush, to everyone who is here: encoded once, one frame a socket. */
export function emit({ sockets }: RoomContext, events: readonly LogEvent[], head: Head): void {
  let rest = events;
  while (rest.length > 0) {
    // Whoever leaves hears that they left, and nothing after it: what follows goes in a frame of its own.
    const leaving = rest.findIndex((event) => event.type === "member.left");
    const through = leaving === -1 ? rest.length : leaving + 1;
    const together = rest.slice(0, through);
    sockets.sendToLive(encode({ type: "events", epoch: head.epoch, events: together, head }));
    const last = together.at(-1);
    const left = last && bodyOf(last, "member.left");
    if (left) sockets.closeOf(left.user_id, "removed");
    rest = rest.slice(through);
  }
}
