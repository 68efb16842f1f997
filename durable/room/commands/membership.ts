import type { Caller } from "../../../schema/caller.ts";
import type { UserId } from "../../../schema/ids.ts";
import { limits } from "../../../schema/limits.ts";
import type { Member } from "../../../schema/member.ts";
import type { Permission, Role } from "../../../schema/permissions.ts";
import { isAbove } from "../../../schema/permissions.ts";
import type { Settled } from "../../kernel/outcome.ts";
import { accepted, refused } from "../../kernel/outcome.ts";
import { standing } from "../rules/standing.ts";
import type { Asked, Decision, Facts } from "./facts.ts";

export function add({ command, facts }: Asked<"add">): Decision {
  const may = standing(facts, "member.add");
  if (may.kind === "refused") return may;
  if (facts.member(command.user_id)) return refused("already_member");
  if (facts.counts().members >= limits.members) return refused("room_full");
  return accepted({ type: "member.added", body: { user_id: command.user_id, role: "member" } });
}

/** Channels are open to everyone who is signed in; to anything else a stranger is told that it is not there. */
export function join({ caller, facts }: Asked<"join">): Decision {
  const { room, me } = facts;
  if (!room) return refused("not_found");
  if (me) return refused("already_member");
  if (room.kind !== "channel") return refused("not_found");
  if (room.archived_at !== null) return refused("room_archived");
  const { members } = facts.counts();
  if (members >= limits.members) return refused("room_full");
  // A channel that everyone has left is nobody's: whoever comes first takes it over.
  const role_here = members === 0 ? "owner" : "member";
  return accepted({ type: "member.joined", body: { user_id: caller.user_id, role: role_here } });
}

/** A room that has members has an owner: the last one to leave is followed by an heir. */
export function leave({ caller, facts }: Asked<"leave">): Decision {
  const may = standing(facts, "room.leave");
  return may.kind === "refused" ? may : departure(caller, facts);
}

/** Nobody is asked, not even the other of a direct room, which stays for them. */
export function forget({ caller, facts }: Pick<Asked<"leave">, "caller" | "facts">): Decision {
  return facts.me ? departure(caller, facts) : refused("not_found");
}

export function remove({ caller, command, facts }: Asked<"remove">): Decision {
  const other = below({ caller, facts, user_id: command.user_id }, "member.remove");
  if (other.kind === "refused") return other;
  return accepted({ type: "member.removed", body: { user_id: command.user_id } });
}

/** Until its time; one that is over already ends the mute. */
export function mute({ caller, command, facts }: Asked<"mute">): Decision {
  const { user_id } = command;
  const other = below({ caller, facts, user_id }, "member.mute");
  if (other.kind === "refused") return other;
  const asked = command.muted_until;
  if (asked !== null && asked - facts.now() > limits.mute_ms_max)
    return refused("invalid", { field: "muted_until" });
  const muted_until = asked !== null && asked > facts.now() ? asked : null;
  const before = other.value.muted_until;
  const is_muted = before !== null && before > facts.now() ? before : null;
  if (is_muted === muted_until) return accepted(null);
  return accepted({ type: "member.muted", body: { user_id, muted_until } });
}

/** One gives no role above one's own, and takes none from one's peers but as an owner. */
export function changeRole({ caller, command, facts }: Asked<"role">): Decision {
  const may = standing(facts, "member.role");
  if (may.kind === "refused") return may;
  const { user_id, role } = command;
  const other = facts.member(user_id);
  if (!other) return refused("not_found", { field: "user_id" });
  if (other.role === role) return accepted(null);
  if (other.role === "owner" && facts.counts().owners === 1) return refused("last_owner");
  const steps_down = user_id === caller.user_id && !isAbove(role, other.role);
  if (!steps_down && !mayMove(may.value.role, other.role, role)) return refused("not_allowed");
  return accepted({ type: "member.role", body: { user_id, role } });
}

const mayMove = (mine: Role, from: Role, to: Role): boolean =>
  isAbove(mine, from) && isAbove(mine, to);

interface Whom {
  readonly caller: Caller;
  readonly facts: Facts;
  readonly user_id: UserId;
}

/** Another member, of whom the caller may dispose. */
function below({ caller, facts, user_id }: Whom, permission: Permission): Settled<Member> {
  const may = standing(facts, permission);
  if (may.kind === "refused") return may;
  if (user_id === caller.user_id) return refused("invalid", { field: "user_id" });
  const other = facts.member(user_id);
  if (!other) return refused("not_found", { field: "user_id" });
  return isAbove(may.value.role, other.role) ? accepted(other) : refused("not_allowed");
}

function departure(caller: Caller, facts: Facts): Decision {
  const last_owner = facts.me?.role === "owner" && facts.counts().owners === 1;
  const heir = last_owner ? facts.heir(caller.user_id) : null;
  return accepted({ type: "member.left", body: { user_id: caller.user_id, heir } });
}
