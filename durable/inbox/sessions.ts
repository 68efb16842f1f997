import type { Caller } from "../../schema/caller.ts";
import type { ApiToken, Device } from "../../schema/device.ts";
import type { DeviceId, RoomId } from "../../schema/ids.ts";
import type { InboxHappening } from "../../schema/inbox-events.ts";
import type {
  InboxRpc,
  Rotated,
  Rotation,
  SessionsEnded,
  SessionStart,
  TokenStart,
} from "../../schema/inbox-rpc.ts";
import { limits } from "../../schema/limits.ts";
import type { SqlPort } from "../kernel/host.ts";
import type { Settled } from "../kernel/outcome.ts";
import { accepted, refused, unreachable } from "../kernel/outcome.ts";
import { transact } from "../kernel/sql.ts";
import type { InboxContext } from "./context.ts";
import { holdsHere } from "./holds.ts";
import type { Places } from "./places.ts";
import { rotation, sessionEnd } from "./rules/rotation.ts";
import { apiTokens } from "./stores/api-tokens.ts";
import { deviceRooms } from "./stores/device-rooms.ts";
import type { DeviceRow } from "./stores/devices.ts";
import { deviceOf, devices } from "./stores/devices.ts";

/** What a step in a session's life gives its asker, and what its person's devices hear of it. */
export interface Step<T> {
  value: T;
  happened: InboxHappening[];
  /** Devices whose sockets are closed when it has been committed. */
  ended?: readonly DeviceId[];
}

export const SESSIONS_TIMER = "sessions";
export const END_TARGET = "end:";

const toldOf = (row: DeviceRow): InboxHappening => ({
  type: "device.changed",
  body: { device: deviceOf(row) },
});

export function signIn(context: InboxContext, start: SessionStart): Settled<Step<Device>> {
  const { host } = context;
  context.begin();
  const known = devices.find(host.sql, start.device_id);
  // The call came a second time.
  if (known && [known.token_hash, known.previous_hash].includes(start.token_hash))
    return accepted({ value: deviceOf(known), happened: [] });
  const { user_id: _, issued_at, expires_at, ...device } = start;
  const now = host.now();
  const row: DeviceRow = {
    ...device,
    created_at: now,
    last_seen_at: now,
    issued_at,
    token_expires_at: expires_at,
    previous_hash: null,
    rotated_at: now,
    expires_at: sessionEnd(now, expires_at),
  };
  const others = devices.all(host.sql).filter((device) => device.device_id !== row.device_id);
  // There is always room for one more: the device that was unseen for longest goes.
  const too_many = others.slice(limits.devices - 1).map((device) => device.device_id);
  const gone = too_many.flatMap((device_id) => end(context, device_id));
  devices.add(host.sql, row);
  planExpiry(context, row.expires_at);
  return accepted({
    value: deviceOf(row),
    happened: [...gone, toldOf(row)],
    ended: too_many,
  });
}

export function rotate(context: InboxContext, asked: Rotation): Settled<Step<Rotated>> | Reused {
  const { host } = context;
  const { device_id, next, place } = asked;
  const device = context.inbox() && devices.find(host.sql, device_id);
  const decided = rotation(device, asked, host.now());
  if (!device || decided.kind === "unknown") return refused("unauthenticated");
  if (decided.kind === "reused") {
    host.log("warn", "session.token_reused", { device_id });
    return { kind: "reused", happened: end(context, device_id), ended: [device_id] };
  }
  if (decided.kind === "again") {
    const { token_id, issued_at, token_expires_at: expires_at } = device;
    return accepted({
      value: { token_id, issued_at, expires_at, replayed: true },
      happened: [],
    });
  }
  const { token_id, token_hash, issued_at } = next;
  const token = { token_id, token_hash, issued_at, token_expires_at: next.expires_at };
  const { expires_at } = decided;
  devices.rotate(host.sql, { device_id, ...token, rotated_at: host.now(), expires_at });
  planExpiry(context, expires_at);
  return accepted({
    value: { token_id, issued_at, expires_at: next.expires_at, replayed: false },
    happened: seen(context, device_id, place),
  });
}

/** A refusal that is an act all the same: the session has ended. */
export interface Reused {
  kind: "reused";
  happened: InboxHappening[];
  ended: readonly DeviceId[];
}

/** Writes down that a device was here, now and then: not with each of its requests. */
export function seen(context: InboxContext, device_id: DeviceId, place?: string): InboxHappening[] {
  const { sql, now } = context.host;
  const device = devices.find(sql, device_id);
  if (!device) return [];
  const moved = place !== undefined && place !== device.place;
  if (!moved && now() - device.last_seen_at < limits.last_seen_step_ms) return [];
  const row = { ...device, place: place ?? device.place, last_seen_at: now() };
  devices.seen(sql, row);
  return [toldOf(row)];
}

export async function mayOpen(
  context: InboxContext,
  places: Places,
  { device_id, room_id }: { device_id: DeviceId; room_id: RoomId | null },
): Promise<Settled<null>> {
  if (!holdsHere(context.host, device_id)) return refused("unauthenticated");
  if (!(await places.isOneFree())) return refused("too_many_sockets");
  // Rooms were asked meanwhile, and the device may have been signed out.
  if (!holdsHere(context.host, device_id)) return refused("unauthenticated");
  const { sql, now } = context.host;
  const note = () => room_id === null || deviceRooms.note(sql, device_id, room_id, now());
  return transact(sql, note) ? accepted(null) : refused("too_many");
}

export function rename(
  context: InboxContext,
  device_id: DeviceId,
  name: string,
): Settled<Step<Device>> {
  const { sql } = context.host;
  const device = context.inbox() && devices.find(sql, device_id);
  if (!device) return refused("not_found");
  const row = { ...device, name };
  if (device.name === name) return accepted({ value: deviceOf(device), happened: [] });
  devices.rename(sql, device_id, name);
  return accepted({ value: deviceOf(row), happened: [toldOf(row)] });
}

export function signOut(context: InboxContext, which: SessionsEnded): Settled<Step<number>> {
  if (!context.inbox()) return refused("not_found");
  const ended = endedBy(context.host.sql, which);
  const happened = ended.flatMap((device_id) => end(context, device_id));
  return accepted({ value: ended.length, happened, ended });
}

function endedBy(sql: SqlPort, ended: SessionsEnded): DeviceId[] {
  const all = devices.all(sql).map((device) => device.device_id);
  switch (ended.which) {
    case "one": {
      const { device_id } = ended;
      const known = all.includes(device_id) || apiTokens.find(sql, device_id) !== null;
      return known ? [device_id] : [];
    }
    // The tokens of programs stay: they are listed and revoked for themselves.
    case "others":
      return all.filter((device_id) => device_id !== ended.device_id);
    case "all":
      return [...all, ...apiTokens.all(sql).map((token) => token.device_id)];
    default:
      return unreachable(ended);
  }
}

/** The session is over; the rooms where the device may have sockets are told until they have heard. */
function end({ host: { sql }, outbox }: InboxContext, device_id: DeviceId): InboxHappening[] {
  const targets = deviceRooms
    .take(sql, device_id)
    .map((room_id) => [`${END_TARGET}${device_id}:${room_id}`, 0] as const);
  outbox.noteAll(Object.fromEntries(targets), 1);
  apiTokens.remove(sql, device_id);
  if (!devices.find(sql, device_id)) return [];
  devices.remove(sql, device_id);
  return [{ type: "device.gone", body: { device_id } }];
}

export async function deliverEnd(
  { outbox, peers, user_id }: InboxContext,
  target: string,
  through_seq: number,
): Promise<void> {
  const [, device_id, room_id] = target.split(":") as [string, DeviceId, RoomId];
  await peers.room(room_id).endSession(user_id, device_id);
  outbox.confirmed(target, through_seq);
}

/** When the next session runs out by itself. A refresh moves that away, and costs no alarm: it is looked at then. */
function planExpiry({ alarms }: InboxContext, expires_at: number): void {
  alarms.within(SESSIONS_TIMER, expires_at);
}

/** Sessions whose time is over, by the clock. */
export function expire(context: InboxContext): Settled<Step<null>> {
  const { sql, now } = context.host;
  const ended = [...devices.expired(sql, now()), ...apiTokens.expired(sql, now())];
  const happened = ended.flatMap((device_id) => end(context, device_id));
  const next = [devices.nextExpiry(sql), apiTokens.nextExpiry(sql)].filter((at) => at !== null);
  context.alarms.set(SESSIONS_TIMER, next.length > 0 ? Math.min(...next) : null);
  return accepted({ value: null, happened, ended });
}

export function createToken(context: InboxContext, start: TokenStart): Settled<Step<ApiToken>> {
  const { sql, now } = context.host;
  context.begin();
  const known = apiTokens.find(sql, start.device_id);
  if (known) return accepted({ value: known, happened: [] });
  if (apiTokens.all(sql).length >= limits.api_tokens) return refused("too_many");
  const { token_hash, ...rest } = start;
  const token: ApiToken = { ...rest, created_at: now(), last_used_at: null };
  apiTokens.add(sql, token_hash, token);
  planExpiry(context, token.expires_at);
  return accepted({ value: token, happened: [] });
}

export function tokenHolder(
  context: InboxContext,
  token_hash: string,
): Awaited<ReturnType<InboxRpc["token"]>> {
  if (!context.inbox()) return null;
  const { sql, now } = context.host;
  const token = apiTokens.byHash(sql, token_hash);
  if (!token || token.expires_at <= now()) return null;
  if (now() - (token.last_used_at ?? 0) >= limits.last_seen_step_ms)
    transact(sql, () => apiTokens.used(sql, token.device_id, now()));
  const { device_id, scopes, expires_at } = token;
  return { device_id, scopes, expires_at };
}

export function tokenList(context: InboxContext): Settled<ApiToken[]> {
  return context.inbox() ? accepted(apiTokens.all(context.host.sql)) : refused("not_found");
}

export function deviceList(context: InboxContext, caller: Caller): Settled<Device[]> {
  if (!context.inbox()) return refused("not_found");
  if (!holdsHere(context.host, caller.device_id)) return refused("unauthenticated");
  return accepted(devices.all(context.host.sql).map(deviceOf));
}
