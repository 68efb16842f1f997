import type { Asked, Decision } from "./facts.ts";
import { accepted, refused } from "../../kernel/outcome.ts";

/** The caller owns what they create; in a direct room both do. */
export function create({ caller, command, facts }: Asked<"create">): Decision {
  // Whoever is not in it learns nothing from the fact that an id is in use.
  if (facts.room) return refused(facts.me ? "room_exists" : "not_found");
  const owner = { user_id: caller.user_id, role: "owner" as const };
  if (command.kind === "direct") {
    if (command.with === caller.user_id) return refused("invalid", { field: "with" });
    const members = [owner, { user_id: command.with, role: "owner" as const }];
    return accepted({
      type: "room.created",
      body: { kind: "direct", name: "", topic: "", description: "", guidelines: "", members },
    });
  }
  const others = [...new Set(command.members)].filter((user_id) => user_id !== caller.user_id);
  const members = [owner, ...others.map((user_id) => ({ user_id, role: "member" as const }))];
  const { kind, name, topic, description, guidelines } = command;
  const body = { kind, name, topic, description, guidelines, members };
  return accepted({ type: "room.created", body });
}
