import { limits } from "../../schema/limits.ts";
import type { Alarms } from "./alarms.ts";
import { heardAt } from "./session.ts";
import type { Sockets } from "./sockets.ts";

/**
 * Sockets that have fallen silent, in every actor alike. Clients ping, and the platform answers without waking anyone;
 * so an actor that sleeps finds out only by looking. Its timer stands at the earliest moment at which one of its sockets
 * could have been silent for too long. When it comes, the living have pinged since, and it moves: with one socket it
 * comes once in a heartbeat, and however many there are, never sooner than `dead_socket_ms - heartbeat_ms` after the
 * last (decision 0012 counts what that costs). An actor without sockets has no such timer.
 */
export const SILENCE_TIMER = "silence";

/** A socket was opened: a timer that stands earlier is right for it too, and nothing is written. */
export function watchSilence(alarms: Alarms, now_ms: number): void {
  alarms.within(SILENCE_TIMER, now_ms + limits.dead_socket_ms + 1);
}

/** After those that have died were closed: when the next could. */
export function planSilence<F extends object>(alarms: Alarms, sockets: Sockets<F>): void {
  const heard = sockets.all().map(([socket, session]) => heardAt(socket, session));
  const first = heard.reduce((earliest, at) => Math.min(earliest, at), Number.POSITIVE_INFINITY);
  alarms.set(SILENCE_TIMER, heard.length > 0 ? first + limits.dead_socket_ms + 1 : null);
}
