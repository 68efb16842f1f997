import type { Caller } from "./caller.ts";
import type { ApiToken, Device, Scope, SignInMethod } from "./device.ts";
import type { DeviceId, RoomId, UserId } from "./ids.ts";
import type { Call, InboxState, RoomMark } from "./inbox.ts";
import type { Role } from "./permissions.ts";
import type { MemberPreferences } from "./preferences.ts";
import type { Presence } from "./presence.ts";
import type { Answer } from "./rpc.ts";

/** What an inbox offers. As with rooms, refusals are values, and everything may be asked twice. */
export interface InboxRpc {
  // Sessions: the inbox is the one place that knows whether a device is signed in.

  /** Signs a device in. The first call for a user makes the inbox. */
  signIn(start: SessionStart): Promise<Answer<Device>>;
  /** Makes the inbox of somebody who will never sign in: a bot. */
  open(): Promise<void>;
  /** One refresh token for the next: see `Rotation`. */
  rotate(rotation: Rotation): Promise<Answer<Rotated>>;
  /** Whether a device is signed in, and what it may do there. Asked by every route that changes something. */
  holds(device_id: DeviceId): Promise<boolean>;
  /**
   * As `holds`, for a socket's ticket, and whether there is a place for one more socket. The room is noted for as long as
   * the session lives, so that its sockets end with it; a room that cannot be noted any more is `too_many`.
   */
  mayOpen(device_id: DeviceId, room_id: RoomId | null): Promise<Answer<null>>;
  devices(caller: Caller): Promise<Answer<Device[]>>;
  renameDevice(caller: Caller, device_id: DeviceId, name: string): Promise<Answer<Device>>;
  /** Ends one session, the others, or all; their sockets close at once, here and in the rooms. */
  signOut(user_id: UserId, which: SessionsEnded): Promise<Answer<number>>;

  createToken(caller: Caller, token: TokenStart): Promise<Answer<ApiToken>>;
  tokens(caller: Caller): Promise<Answer<ApiToken[]>>;
  /** Who a token speaks for, by the hash of its text; notes its use. Null where it does not hold. */
  token(
    token_hash: string,
  ): Promise<{ device_id: DeviceId; scopes: Scope[]; expires_at: number } | null>;

  // The person's own.

  /** What the Worker made of something that was written is known again by the writing: see `Written`. */
  command(caller: Caller, command: unknown, written?: Written): Promise<Answer<InboxReply>>;
  state(caller: Caller): Promise<Answer<InboxState>>;
  /** The messages that called this person, the newest first, in the rooms that they are in. */
  mentions(caller: Caller, page: MentionsAsked): Promise<Answer<CalledPage>>;

  // From rooms.

  /**
   * How a room stands for this member. A mark that is not newer than the last changes nothing. The room says which of
   * its member's preferences it knows, and is answered with those that are newer.
   */
  mark(mark: RoomMark, knows: number): Promise<MemberPreferences | null>;
  /** The member has left, or was removed, by the event with this seq. */
  gone(room: { room_id: RoomId; epoch: string; seq: number }): Promise<void>;
  /** This user has so many sockets in a room, and is about to open one more. Whether they may: see decision 0014. */
  takePlace(room_id: RoomId, sockets: number): Promise<boolean>;

  // Among inboxes.

  /** The other's wish about being contacts, or the end of one: see durable/inbox/rules/contact.ts. */
  wish(from: UserId, wish: Wish): Promise<void>;
  /** How this user is now, and again whenever that changes, until the lease ends. */
  watch(viewer: Viewer): Promise<Presence>;
  unwatch(viewer: UserId): Promise<void>;
  /** To a viewer: somebody whom they watch has changed. */
  seen(presence: Presence): Promise<void>;
  /** Whether this user takes a direct room from another, who is in these rooms. */
  takesDirect(from: UserId, room_ids: readonly RoomId[]): Promise<boolean>;
  /** The ids of the rooms that this user is in. */
  roomIds(): Promise<RoomId[]>;
  /** Takes from the day's allowance of addresses to compare, and says how long to wait where it is used up. */
  takeLookups(caller: Caller, addresses: number): Promise<number>;

  /** Erases the inbox: the account is gone. */
  erase(): Promise<void>;
  ping(): Promise<"pong">;
}

export interface SessionStart {
  user_id: UserId;
  device_id: DeviceId;
  name: string;
  place: string;
  method: SignInMethod;
  /** The first refresh token, by its hash. */
  token_id: string;
  token_hash: string;
  issued_at: number;
  expires_at: number;
}

/**
 * The Worker has checked the signature of the token that it was given, and offers the successor that it would give.
 * The inbox decides. A current token is followed by the offered one; the one before it, within the grace, by the very
 * successor that was given already, which the Worker makes again from `token_id` and `issued_at`; any older one was
 * stolen or is being used twice, and ends the session.
 */
export interface Rotation {
  user_id: UserId;
  device_id: DeviceId;
  token_hash: string;
  next: { token_id: string; token_hash: string; issued_at: number; expires_at: number };
  place: string;
}
export interface Rotated {
  token_id: string;
  issued_at: number;
  expires_at: number;
  replayed: boolean;
}

export type SessionsEnded =
  | { which: "one"; device_id: DeviceId }
  | { which: "others"; device_id: DeviceId }
  | { which: "all" };

export interface TokenStart {
  device_id: DeviceId;
  name: string;
  prefix: string;
  token_hash: string;
  scopes: Scope[];
  expires_at: number;
}

export interface InboxReply {
  /** Null where things were so already. */
  seq: number | null;
  replayed: boolean;
}

/**
 * What a command was made of: `/remind 10m` leads to another moment each time that it is read, and is the same command
 * all the same when it is repeated under one id.
 */
export interface Written {
  text: string;
  time_zone: string;
}

/** Where a page of mentions ends. `place` tells two of one millisecond apart. */
export interface CalledBefore {
  at: number;
  place: number;
}
export interface MentionsAsked {
  before: CalledBefore | null;
  limit: number;
}
export interface CalledPage {
  called: (Call & { room_id: RoomId; role: Role })[];
  /** What to ask for next; null at the end. */
  before: CalledBefore | null;
}

/**
 * Two people are contacts when both wish it. Each inbox owns its own person's wish, numbered by `version`; what it
 * hears of the other's is kept where it is newer. `ends` withdraws a wish of the receiver: a declined request, or a
 * contact that was removed; it holds only for the version that it names.
 */
export type Wish =
  | { kind: "wishes"; version: number; wants: boolean }
  | { kind: "ends"; of_version: number };

export interface Viewer {
  user_id: UserId;
  /** The room in which the two meet, or null where they are contacts. */
  via: RoomId | null;
  /** Whether the viewer shows their own last visit; who hides it does not see that of others. */
  shows_last_seen: boolean;
  lease_ms: number;
}
