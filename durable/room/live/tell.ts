import type { Down } from "../../../schema/frames/down.ts";
import type { UserId } from "../../../schema/ids.ts";
import type { HostSocket } from "../../kernel/host.ts";
import type { RoomContext } from "../context.ts";
import { log } from "../stores/log.ts";

export function tellOne({ sockets }: RoomContext, socket: HostSocket, frame: Down): void {
  sockets.send(socket, frame);
}

/** A signal to everyone who is live here but some: encoded once, however many hear it. It takes no seq of its own. */
export function tellAllBut(
  { host, sockets }: RoomContext,
  frame: Down,
  but: ReadonlySet<UserId> = new Set(),
): void {
  const theirs = sockets.all().filter(([, { caller }]) => but.has(caller.user_id));
  sockets.sendToLive(frame, log.tail(host.sql)?.seq ?? 0, new Map(theirs));
}

/** A signal to whatever of one person's is live here. Says how many sockets that were. */
export function tellUser({ sockets }: RoomContext, frame: Down, user_id: UserId): number {
  const theirs = sockets
    .all()
    .filter(([, { state, caller }]) => state === "live" && caller.user_id === user_id);
  for (const [socket] of theirs) sockets.send(socket, frame);
  return theirs.length;
}
