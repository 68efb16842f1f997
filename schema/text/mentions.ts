import type { UserId } from "../ids.ts";
import { limits } from "../limits.ts";
import type { Mentions } from "../message.ts";
import type { Role } from "../permissions.ts";
import { parse } from "./parse.ts";
import { inlinesIn } from "./walk.ts";

const nobody: Mentions = { users: [], room: false, here: false, roles: [] };

/**
 * The ordinary message calls nobody, and is not even parsed; the others have to be, since code calls nobody either. This
 * is done in the room's own turn, so of a long text only the beginning is looked through.
 */
export function mentionsIn(source: string): Mentions {
  if (!source.includes("<@")) return nobody;
  const beginning = source.slice(0, limits.mention_characters);
  const users = new Set<UserId>();
  const roles = new Set<Role>();
  let room = false;
  let here = false;
  for (const inline of inlinesIn(parse(beginning))) {
    if (inline.type === "user" && users.size < limits.mentions_per_message)
      users.add(inline.user_id);
    else if (inline.type === "role") roles.add(inline.role);
    else if (inline.type === "everyone") room = true;
    else if (inline.type === "here") here = true;
  }
  return { users: [...users], room, here, roles: [...roles] };
}
