import type { CreatedRoom, Me, ReceiptAnswer, RoomView, Session } from "../schema/http.ts";
import { newId, type RoomId, type UserId } from "../schema/ids.ts";
import { limits } from "../schema/limits.ts";
import { refusal } from "../schema/refusals.ts";
import type { User } from "../schema/user.ts";
import { withAttempts } from "./attempts.ts";
import { systemClock, type Clock } from "./clock.ts";
import { createHttp, QuothError, type Fetch, type NewRoom } from "./http.ts";
import { memoryStorage, type OutboxStorage } from "./outbox.ts";
import { createRoom } from "./room.ts";
import type { RoomHandle } from "./room-state.ts";
import type { WebSocketClass } from "./socket.ts";
import { createKeyRing } from "./verify.ts";

export interface ClientOptions {
  /** The deployment's origin. */
  url: string;
  /** An access token, for programs. A page leaves it out and lives by its cookie, which no script can read. */
  token?: string;
  /** Whether signing in keeps the token that the answer brings. A page says false. */
  keepToken?: boolean;
  storage?: OutboxStorage;
  fetch?: Fetch;
  WebSocket?: WebSocketClass;
  clock?: Clock;
  random?: () => number;
}

export type Client = ReturnType<typeof createClient>;

export function createClient(options: ClientOptions) {
  const clock = options.clock ?? systemClock;
  const random = options.random ?? Math.random;
  const storage = options.storage ?? memoryStorage();
  let token = options.token ?? null;
  let me: User | null = null;
  const rooms = new Map<RoomId, ReturnType<typeof createRoom>>();
  const http = createHttp({
    url: options.url,
    fetch: options.fetch ?? ((url, request) => globalThis.fetch(url, request)),
    token: () => token,
  });
  const keys = createKeyRing(http.keys, () => clock.now());
  const again = <T>(call: () => Promise<T>) => withAttempts(clock, random, call);

  function signedIn(session: Session): User {
    if (options.keepToken !== false) token = session.access_token;
    return become(session.user);
  }

  /** Open rooms go on where they were if it is the same person; another person's are none of theirs. */
  function become(user: User): User {
    const same = me === null || me.user_id === user.user_id;
    me = user;
    for (const room of [...rooms.values()]) same ? room.open() : room.close();
    return user;
  }

  return {
    /** Who is signed in, as far as this client knows. */
    user: (): User | null => me,

    register: async (account: {
      handle: string;
      password: string;
      display_name?: string;
    }): Promise<User> => signedIn(await http.register(account)),
    signIn: async (account: { handle: string; password: string }): Promise<User> =>
      signedIn(await http.login(account)),
    /** Rooms stay open as they are, with their outboxes; their lines end. */
    async signOut(): Promise<void> {
      await http.logout();
      token = null;
      for (const room of rooms.values()) room.signOut();
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
    room: (room_id: RoomId): Promise<RoomView> => again(() => http.room(room_id)),

    /** The same handle for as long as it is open. */
    openRoom(room_id: RoomId): RoomHandle {
      if (me === null) throw QuothError.from(refusal("unauthenticated"));
      const known = rooms.get(room_id);
      if (known !== undefined) return known;
      const WebSocket = options.WebSocket ?? (globalThis.WebSocket as unknown as WebSocketClass);
      const onClose = () => void rooms.delete(room_id);
      const { url } = options;
      const room = createRoom({
        room_id,
        me: me.user_id,
        url,
        http,
        WebSocket,
        clock,
        random,
        storage,
        keys,
        onClose,
      });
      rooms.set(room_id, room);
      room.open();
      return room;
    },

    /** The network is back, or someone looks again: waiting lines try at once, others are tested. */
    wake(): void {
      for (const room of rooms.values()) room.wake();
    },
    close(): void {
      for (const room of [...rooms.values()]) room.close();
    },
  };
}
