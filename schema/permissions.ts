import * as v from "valibot";
import type { Room } from "./room.ts";
import type { RefusalCode } from "./refusals.ts";

export const roles = ["owner", "admin", "member"] as const;
export const RoleSchema = v.picklist(roles);
export type Role = v.InferOutput<typeof RoleSchema>;

export type Permission =
  | "room.read"
  | "room.leave"
  | "room.change"
  | "room.archive"
  | "member.add"
  | "member.remove"
  | "member.role"
  | "member.mute"
  | "message.send"
  | "message.edit_own"
  | "message.delete_own"
  | "message.delete_any"
  | "message.react"
  | "message.pin"
  | "message.versions"
  | "message.whisper"
  | "mention.everyone";

const ordinary: readonly Permission[] = [
  "room.read",
  "room.leave",
  "message.send",
  "message.edit_own",
  "message.delete_own",
  "message.react",
  "message.versions",
  "mention.everyone",
];
export const permissions: readonly Permission[] = [
  ...ordinary,
  "room.change",
  "room.archive",
  "member.add",
  "member.remove",
  "member.role",
  "member.mute",
  "message.delete_any",
  "message.pin",
  "message.whisper",
];

const granted: Readonly<Record<Role, ReadonlySet<Permission>>> = {
  owner: new Set(permissions),
  admin: new Set(permissions),
  member: new Set(ordinary),
};

/**
 * Two people in a direct room are equals: neither brings a third, neither can be left alone in it, and neither rules
 * over the other or over what the other has said.
 */
const neverInDirect: ReadonlySet<Permission> = new Set([
  "room.leave",
  "room.change",
  "room.archive",
  "member.add",
  "member.remove",
  "member.role",
  "member.mute",
  "message.delete_any",
  "message.whisper",
]);

/** What is still done in a room that was archived: it is read, left, and brought back. */
const inArchived: ReadonlySet<Permission> = new Set([
  "room.read",
  "room.leave",
  "room.archive",
  "message.versions",
]);

/** What a question of permission looks at in a room. */
export type Where = Pick<Room, "kind" | "archived_at" | "settings">;

/**
 * The one question about permission, with the reason where the answer is no; null where it is yes. The server decides by
 * it, and clients show by it what can be done.
 */
export function objection(
  role: Role | null,
  permission: Permission,
  { kind, archived_at, settings }: Where,
): RefusalCode | null {
  if (role === null) return "not_found";
  if (kind === "direct" && neverInDirect.has(permission)) return "direct_room";
  if (archived_at !== null && !inArchived.has(permission)) return "room_archived";
  if (!granted[role].has(permission)) return "not_allowed";
  if (role !== "member") return null;
  if (permission === "message.send" && settings.posting === "admins") return "read_only";
  if (permission === "mention.everyone" && settings.mention_everyone === "admins")
    return "mention_not_allowed";
  if (permission === "message.versions" && settings.versions === "admins") return "not_allowed";
  return null;
}

export const may = (role: Role | null, permission: Permission, where: Where): boolean =>
  objection(role, permission, where) === null;

const ranks: Readonly<Record<Role, number>> = { owner: 2, admin: 1, member: 0 };

/** Whether one role stands above another: nobody removes, mutes or changes who is not below them. Owners are peers. */
export const isAbove = (role: Role, other: Role): boolean =>
  ranks[role] > ranks[other] || role === "owner";
