import * as v from "valibot";
import type { RoomKind } from "./room.ts";

export const roles = ["owner", "admin", "member"] as const;
export const RoleSchema = v.picklist(roles);
export type Role = v.InferOutput<typeof RoleSchema>;

export type Permission =
  | "room.read"
  | "room.leave"
  | "member.add"
  | "message.send"
  | "message.edit_own"
  | "message.delete_own";

const all: readonly Permission[] = [
  "room.read",
  "room.leave",
  "member.add",
  "message.send",
  "message.edit_own",
  "message.delete_own",
];
const ordinary = all.filter((permission) => permission !== "member.add");

const granted: Readonly<Record<Role, ReadonlySet<Permission>>> = {
  owner: new Set(all),
  admin: new Set(all),
  member: new Set(ordinary),
};

/** Two people in a direct room are equals: neither brings a third, and neither can be left alone in it. */
const never: Readonly<Record<RoomKind, ReadonlySet<Permission>>> = {
  direct: new Set(["member.add", "room.leave"]),
  group: new Set(),
  channel: new Set(),
};

/** The one question about permission, for the server's decisions and for the buttons that a client shows. */
export function may(role: Role | null, permission: Permission, kind: RoomKind): boolean {
  return role !== null && granted[role].has(permission) && !never[kind].has(permission);
}
