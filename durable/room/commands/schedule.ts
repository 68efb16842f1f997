import { limits } from "../../../schema/limits.ts";
import { accepted, refused } from "../../kernel/outcome.ts";
import { standing } from "../rules/standing.ts";
import type { Asked, Decision } from "./facts.ts";
import { send } from "./send.ts";

/**
 * What could not be sent now cannot be scheduled either, so that a mistake is found while somebody is there to mend it.
 * Whether it may be sent is asked again at its time.
 */
export function schedule({ caller, command, facts }: Asked<"schedule">): Decision {
  const { send_at, ...said } = command;
  const now = send({ caller, command: { ...said, type: "send" }, facts });
  if (now.kind === "refused") return now;
  if (send_at <= facts.now() || send_at > facts.now() + limits.schedule_ahead_ms)
    return refused("invalid", { field: "send_at" });
  const { count, characters } = facts.scheduled();
  const together = characters + command.text.length;
  if (count >= limits.scheduled_per_member || together > limits.scheduled_characters_per_member)
    return refused("too_many");
  return accepted(null);
}

/** One that was sent meanwhile is not there any more, and whoever wanted it back hears so. */
export function unschedule({ caller, command, facts }: Asked<"unschedule">): Decision {
  const may = standing(facts, "room.read");
  if (may.kind === "refused") return may;
  const known = facts.scheduler(command.schedule_id);
  return known === caller.user_id ? accepted(null) : refused("not_found", { field: "schedule_id" });
}
