import type { Caller } from "../../../schema/caller.ts";
import { limits } from "../../../schema/limits.ts";
import { may } from "../../../schema/permissions.ts";
import { accepted, refused } from "../../kernel/outcome.ts";
import type { Asked, Decision, Facts } from "./facts.ts";

export function add({ command, facts }: Asked<"add">): Decision {
  const { room, role } = facts;
  if (!room || !role) return refused("not_found");
  if (room.kind === "direct") return refused("direct_room");
  if (!may(role, "member.add", room.kind)) return refused("not_allowed");
  if (facts.member(command.user_id)) return refused("already_member");
  if (facts.counts().members >= limits.members) return refused("room_full");
  return accepted({ type: "member.added", body: { user_id: command.user_id, role: "member" } });
}

/** Channels are open to everyone who is signed in; to anything else a stranger is told that it is not there. */
export function join({ caller, facts }: Asked<"join">): Decision {
  const { room, role } = facts;
  if (!room) return refused("not_found");
  if (role) return refused("already_member");
  if (room.kind !== "channel") return refused("not_found");
  const { members } = facts.counts();
  if (members >= limits.members) return refused("room_full");
  // A channel that everyone has left is nobody's: whoever comes first takes it over.
  const role_here = members === 0 ? "owner" : "member";
  return accepted({ type: "member.joined", body: { user_id: caller.user_id, role: role_here } });
}

/** A room that has members has an owner: the last one to leave is followed by an heir. */
export function leave({ caller, facts }: Asked<"leave">): Decision {
  const { room, role } = facts;
  if (!room || !role) return refused("not_found");
  if (!may(role, "room.leave", room.kind)) return refused("direct_room");
  return departure(caller, facts);
}

/** Nobody is asked, not even the other of a direct room, which stays for them. */
export function forget({ caller, facts }: Pick<Asked<"leave">, "caller" | "facts">): Decision {
  return facts.role ? departure(caller, facts) : refused("not_found");
}

function departure(caller: Caller, facts: Facts): Decision {
  const { role } = facts;
  const last_owner = role === "owner" && facts.counts().owners === 1;
  const heir = last_owner ? facts.heir(caller.user_id) : null;
  return accepted({ type: "member.left", body: { user_id: caller.user_id, heir } });
}
