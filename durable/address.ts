import type { RoomId } from "../schema/ids.ts";
import type { RoomRpc } from "../schema/rpc.ts";

/** Ids to typed stubs: the only place that knows how an actor is found and when a call to it is tried again. */
export interface RoomActor extends RoomRpc {
  /** The upgrade of a socket. Not tried again: the client comes back by itself, with a new ticket. */
  fetch(request: Request): Promise<Response>;
}

/** What an actor is, seen from outside. The platform's own types make `never` of every `unknown` in an answer. */
interface Actors {
  ROOM: Pick<DurableObjectNamespace, "idFromName"> & { get(id: DurableObjectId): unknown };
}

export function roomActor(env: Actors, room_id: RoomId): RoomActor {
  // A stub that has failed stays broken, so each attempt asks for a new one.
  const stub = () => env.ROOM.get(env.ROOM.idFromName(room_id)) as RoomActor;
  return {
    command: (caller, command) => withRetries(() => stub().command(caller, command)),
    view: (caller) => withRetries(() => stub().view(caller)),
    messages: (caller, page) => withRetries(() => stub().messages(caller, page)),
    events: (caller, page) => withRetries(() => stub().events(caller, page)),
    archive: (watermark) => withRetries(() => stub().archive(watermark)),
    ping: () => withRetries(() => stub().ping()),
    fetch: (request) => stub().fetch(request),
  };
}

const RETRIES = 2;
const RETRY_BASE_MS = 40;

/** For tests: time and chance. */
export interface RetryDeps {
  sleep(ms: number): Promise<void>;
  random(): number;
}
const real: RetryDeps = {
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  random: Math.random,
};

/**
 * Everything asked of an actor may be asked twice: reads change nothing, and a command has its one effect however
 * often it arrives. An overloaded actor is left alone, since asking again is what overloads it.
 */
export async function withRetries<T>(
  call: () => Promise<T>,
  { sleep, random }: RetryDeps = real,
): Promise<T> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await call();
    } catch (error) {
      if (attempt >= RETRIES || !isRetryable(error)) throw error;
      await sleep(RETRY_BASE_MS * 2 ** attempt * (0.5 + random()));
    }
  }
}

/** The platform marks its own errors: `retryable` where the call may succeed, `overloaded` where it must not be repeated. */
export function isRetryable(error: unknown): boolean {
  if (typeof error !== "object" || error === null) return false;
  const { retryable, overloaded } = error as { retryable?: unknown; overloaded?: unknown };
  return retryable === true && overloaded !== true;
}
