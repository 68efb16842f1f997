import type { Me, Session } from "../schema/http-account.ts";
import type { CreatedRoom, ReceiptAnswer, RoomView } from "../schema/http.ts";
import type { SlashAnswer } from "../schema/http-own.ts";
import { json, type Codec } from "../schema/encodings.ts";
import { newId, type RoomId, type UserId } from "../schema/ids.ts";
import { limits } from "../schema/limits.ts";
import { refusal } from "../schema/refusals.ts";
import type { User } from "../schema/user.ts";
import { withAttempts } from "./attempts.ts";
import { systemClock, type Clock } from "./clock.ts";
import { createCall, type Fetch } from "./call.ts";
import { QuothError } from "./failure.ts";
import { createRoutes, type Login, type NewRoom, type Registration } from "./http.ts";
import { memoryStorage, type OutboxStorage } from "./outbox.ts";
import { createRoom } from "./room.ts";
import type { RoomHandle } from "./room-state.ts";
import { createSessionKeeper, type SessionStore } from "./session.ts";
import type { WebSocketClass } from "./socket.ts";
import { createKeyRing } from "./verify.ts";

export interface ClientOptions {
  /** The deployment's origin. */
  url: string;
  /** An access token, for programs. A page leaves it out and lives by its cookie, which no script can read. */
  token?: string;
  /** Whether signing in keeps the tokens that the answer brings. A page says false. */
  keepToken?: boolean;
  /** Where a program keeps its session between two runs. */
  session?: SessionStore;
  storage?: OutboxStorage;
  fetch?: Fetch;
  WebSocket?: WebSocketClass;
  /** How frames are written on its lines: JSON, or what `binary.ts` has. */
  codec?: Codec;
  clock?: Clock;
  random?: () => number;
}

export type Client = ReturnType<typeof createClient>;

/** A line that lives as long as the session: a room's, the inbox's. */
export interface Line {
  open(): void;
  wake(): void;
  signOut(): void;
  close(): void;
}

export function createClient(options: ClientOptions) {
  const clock = options.clock ?? systemClock;
  const random = options.random ?? Math.random;
  const storage = options.storage ?? memoryStorage();
  const { url, codec = json } = options;
  const fetch: Fetch = options.fetch ?? ((path, request) => globalThis.fetch(path, request));
  const WebSocket = options.WebSocket ?? (globalThis.WebSocket as unknown as WebSocketClass);
  let me: User | null = null;
  const rooms = new Map<RoomId, RoomHandle>();
  const lines = new Set<Line>();
  const endListeners = new Set<() => void>();
  const { token: given = null, keepToken: keep = true, session: store = null } = options;
  const session = createSessionKeeper({
    url,
    fetch,
    clock,
    random,
    token: given,
    keep,
    store,
    onEnded,
  });
  const call = createCall({ url, fetch, token: session.token, session });
  const http = createRoutes(call);
  const keys = createKeyRing(http.keys, () => clock.now());
  const again = <T>(work: () => Promise<T>) => withAttempts(clock, random, work);

  /** Lines stay as they are, with their outboxes, and wait for the same person to sign in. */
  function onEnded(): void {
    for (const line of lines) line.signOut();
    for (const listener of endListeners) listener();
  }

  async function signedIn(opened: Session): Promise<User> {
    await session.begin(opened);
    return become(opened.user);
  }

  /** Open lines go on where they were if it is the same person; another person's are none of theirs. */
  function become(user: User): User {
    const same = me === null || me.user_id === user.user_id;
    me = user;
    for (const line of [...lines]) same ? line.open() : line.close();
    return user;
  }

  /** Gives the way to take it out again. */
  function attach(line: Line): () => void {
    lines.add(line);
    return () => void lines.delete(line);
  }

  return {
    /** Who is signed in, as far as this client knows. */
    user: (): User | null => me,

    /** What modules of their own are made of, see `account.ts` and `inbox.ts`. */
    world: { url, call, http, clock, random, storage, WebSocket, codec, attach },

    register: async (account: Registration): Promise<User> =>
      signedIn(await http.register(account)),
    signIn: async (account: Login): Promise<User> => signedIn(await http.login(account)),
    /** For every other way of signing in. */
    signedIn,
    /** Rooms stay open as they are, with their outboxes; their lines end. */
    async signOut(): Promise<void> {
      await http.logout();
      await session.end();
      for (const line of lines) line.signOut();
    },
    /** Called when the session has ended without having been asked to. Gives the way to end that. */
    onSignedOut(listener: () => void): () => void {
      endListeners.add(listener);
      return () => void endListeners.delete(listener);
    },
    async me(): Promise<Me> {
      const answer = await again(http.me);
      become(answer.user);
      return answer;
    },

    async users(ids: readonly UserId[]): Promise<User[]> {
      const found: User[] = [];
      for (let from = 0; from < ids.length; from += limits.page_users_max) {
        const some = ids.slice(from, from + limits.page_users_max);
        found.push(...(await again(() => http.users(some))).users);
      }
      return found;
    },
    userByHandle: async (handle: string): Promise<User | null> =>
      (await again(() => http.usersByHandle(handle))).users[0] ?? null,

    createRoom(room: NewRoom): Promise<CreatedRoom> {
      const command_id = newId("command");
      return again(() => http.createRoom(room, command_id));
    },
    join(room_id: RoomId): Promise<ReceiptAnswer> {
      const command_id = newId("command");
      return again(() => http.join(room_id, command_id));
    },
    addMember(room_id: RoomId, user_id: UserId): Promise<ReceiptAnswer> {
      const command_id = newId("command");
      return again(() => http.addMember(room_id, user_id, command_id));
    },
    /** Does what a text with a slash before it asks for; `time_zone` is whose clock its times are read by. */
    slash(room_id: RoomId, text: string, time_zone?: string): Promise<SlashAnswer> {
      const command_id = newId("command");
      return again(() => http.slash(room_id, { text, time_zone }, command_id));
    },
    room: (room_id: RoomId): Promise<RoomView> => again(() => http.room(room_id)),

    /** The same handle for as long as it is open. */
    openRoom(room_id: RoomId): RoomHandle {
      if (me === null) throw QuothError.from(refusal("unauthenticated"));
      const known = rooms.get(room_id);
      if (known !== undefined) return known;
      const onClose = () => {
        rooms.delete(room_id);
        detach();
      };
      const { user_id } = me;
      const line = { url, http, WebSocket, codec, clock, random };
      const room = createRoom({ room_id, me: user_id, ...line, storage, keys, onClose });
      const detach = attach(room);
      rooms.set(room_id, room);
      room.open();
      return room;
    },

    /** The network is back, or someone looks again: waiting lines try at once, others are tested. */
    wake(): void {
      for (const line of lines) line.wake();
    },
    close(): void {
      for (const line of [...lines]) line.close();
    },
  };
}
