import type { RoomId, UserId } from "../schema/ids.ts";
import type { InboxRpc } from "../schema/inbox-rpc.ts";
import type { RoomRpc } from "../schema/rpc.ts";

/** Ids to typed stubs: the only place that knows how an actor is found and when a call to it is tried again. */
export interface RoomActor extends RoomRpc {
  /** The upgrade of a socket. Not tried again: the client comes back by itself, with a new ticket. */
  fetch(request: Request): Promise<Response>;
}

export interface InboxActor extends InboxRpc {
  fetch(request: Request): Promise<Response>;
}

/** What an actor is, seen from outside. The platform's own types make `never` of every `unknown` in an answer. */
type Namespace = Pick<DurableObjectNamespace, "idFromName"> & {
  get(id: DurableObjectId): unknown;
};
interface Actors {
  ROOM: Namespace;
  INBOX: Namespace;
}

export function roomActor(env: Pick<Actors, "ROOM">, room_id: RoomId): RoomActor {
  // A stub that has failed stays broken, so each attempt asks for a new one.
  const stub = () => env.ROOM.get(env.ROOM.idFromName(room_id)) as RoomActor;
  return {
    command: (caller, command, brought) =>
      withRetries(() => stub().command(caller, command, brought)),
    ask: (caller, query) => withRetries(() => stub().ask(caller, query)),
    view: (caller) => withRetries(() => stub().view(caller)),
    messages: (caller, page) => withRetries(() => stub().messages(caller, page)),
    events: (caller, page) => withRetries(() => stub().events(caller, page)),
    archive: (watermark) => withRetries(() => stub().archive(watermark)),
    endSession: (user_id, device_id) => withRetries(() => stub().endSession(user_id, device_id)),
    read: (caller, seq) => withRetries(() => stub().read(caller, seq)),
    delivered: (caller, seq) => withRetries(() => stub().delivered(caller, seq)),
    prefers: (user_id, said) => withRetries(() => stub().prefers(user_id, said)),
    typing: (caller, on, parent) => withRetries(() => stub().typing(caller, on, parent)),
    // Not tried again: what has arrived would be heard twice.
    whisper: (caller, whisper) => stub().whisper(caller, whisper),
    socketsOf: (user_id) => withRetries(() => stub().socketsOf(user_id)),
    forget: (user_id) => withRetries(() => stub().forget(user_id)),
    ping: () => withRetries(() => stub().ping()),
    fetch: (request) => stub().fetch(request),
  };
}

export function inboxActor(env: Pick<Actors, "INBOX">, user_id: UserId): InboxActor {
  const stub = () => env.INBOX.get(env.INBOX.idFromName(user_id)) as InboxActor;
  const again = <T>(call: (actor: InboxActor) => Promise<T>) => withRetries(() => call(stub()));
  return {
    signIn: (start) => again((actor) => actor.signIn(start)),
    open: () => again((actor) => actor.open()),
    rotate: (rotation) => again((actor) => actor.rotate(rotation)),
    holds: (device_id) => again((actor) => actor.holds(device_id)),
    mayOpen: (device_id, room_id) => again((actor) => actor.mayOpen(device_id, room_id)),
    devices: (caller) => again((actor) => actor.devices(caller)),
    renameDevice: (caller, device_id, name) =>
      again((actor) => actor.renameDevice(caller, device_id, name)),
    signOut: (of, which) => again((actor) => actor.signOut(of, which)),
    createToken: (caller, token) => again((actor) => actor.createToken(caller, token)),
    tokens: (caller) => again((actor) => actor.tokens(caller)),
    token: (token_hash) => again((actor) => actor.token(token_hash)),
    command: (caller, command, written) =>
      again((actor) => actor.command(caller, command, written)),
    state: (caller) => again((actor) => actor.state(caller)),
    mentions: (caller, page) => again((actor) => actor.mentions(caller, page)),
    mark: (mark, knows) => again((actor) => actor.mark(mark, knows)),
    gone: (room) => again((actor) => actor.gone(room)),
    takePlace: (room_id, sockets) => again((actor) => actor.takePlace(room_id, sockets)),
    wish: (from, wish) => again((actor) => actor.wish(from, wish)),
    watch: (viewer) => again((actor) => actor.watch(viewer)),
    unwatch: (viewer) => again((actor) => actor.unwatch(viewer)),
    seen: (presence) => again((actor) => actor.seen(presence)),
    takesDirect: (from, room_ids) => again((actor) => actor.takesDirect(from, room_ids)),
    roomIds: () => again((actor) => actor.roomIds()),
    takeLookups: (caller, addresses) => again((actor) => actor.takeLookups(caller, addresses)),
    erase: () => again((actor) => actor.erase()),
    ping: () => again((actor) => actor.ping()),
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
