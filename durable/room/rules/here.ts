import type { Here } from "../../../schema/frames/here.ts";
import type { DeviceId, UserId } from "../../../schema/ids.ts";
import { limits } from "../../../schema/limits.ts";

/** One socket that is open to the room. */
export interface Looking {
  readonly user_id: UserId;
  readonly device_id: DeviceId;
}

/** With how many devices each person looks. Two windows of one device are one device. */
export type Devices = ReadonlyMap<UserId, number>;

export function devicesOf(looking: readonly Looking[]): Devices {
  const devices = new Map<UserId, Set<DeviceId>>();
  for (const { user_id, device_id } of looking) {
    const known = devices.get(user_id);
    if (known) known.add(device_id);
    else devices.set(user_id, new Set([device_id]));
  }
  return new Map([...devices].map(([user_id, all]) => [user_id, all.size]));
}

/** Something that has changed about somebody, and that others do not know yet. */
export interface Untold {
  /** With how many devices others believe them here. */
  readonly before: number;
  readonly due_at: number;
}

/** What others believe. */
export function asTold(devices: Devices, untold: ReadonlyMap<UserId, Untold>): Devices {
  const told = new Map(devices);
  for (const [user_id, { before }] of untold) {
    if (before > 0) told.set(user_id, before);
    else told.delete(user_id);
  }
  return told;
}

/** Everyone; or, of too many, how many they are. */
export function allHere(devices: Devices): Here {
  const listed = devices.size <= limits.presence_listed;
  const users = listed ? [...devices].map(([user_id, count]) => ({ user_id, devices: count })) : [];
  return { type: "here", full: true, count: devices.size, users };
}

/**
 * What is different about some people, to those who know how it was; null where nothing is. Where the list begins or ends
 * to be too long, everyone starts over without it or with it.
 */
export function changedHere(was: Devices, is: Devices, about: Iterable<UserId>): Here | null {
  const count = is.size;
  const [was_long, is_long] = [was.size, count].map((size) => size > limits.presence_listed);
  if (was_long !== is_long) return allHere(is);
  const users = [...about].flatMap((user_id) => {
    const devices = is.get(user_id) ?? 0;
    return devices === (was.get(user_id) ?? 0) ? [] : [{ user_id, devices }];
  });
  if (is_long) return count === was.size ? null : { type: "here", full: false, count, users: [] };
  return users.length === 0 ? null : { type: "here", full: false, count, users };
}
