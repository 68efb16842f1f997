import type { EventBody } from "../../../schema/events.ts";
import type { Room } from "../../../schema/room.ts";
import { accepted } from "../../kernel/outcome.ts";
import { standing } from "../rules/standing.ts";
import type { Asked, Decision } from "./facts.ts";

/** What owners and admins make of the room. Only what really changes is said. */
export function change({ command, facts }: Asked<"change">): Decision {
  const { archived, name, topic, description, guidelines, settings } = command;
  const words = { name, topic, description, guidelines };
  const is_about_more = settings !== undefined || Object.values(words).some(isGiven);
  const may = standing(
    facts,
    archived !== undefined && !is_about_more ? "room.archive" : "room.change",
  );
  if (may.kind === "refused") return may;
  const { room } = may.value;
  const body: EventBody<"room.changed"> = different(words, room);
  if (archived !== undefined && archived !== (room.archived_at !== null)) body.archived = archived;
  const rules = different(settings ?? {}, room.settings);
  if (Object.keys(rules).length > 0) body.settings = rules;
  return accepted(Object.keys(body).length > 0 ? { type: "room.changed", body } : null);
}

const isGiven = (value: unknown): boolean => value !== undefined;

/** Those entries that are given and not so already. */
function different<T extends Partial<Room> | Partial<Room["settings"]>>(
  asked: { [K in keyof T]?: T[K] | undefined },
  now: Readonly<Record<string, unknown>>,
): Partial<T> {
  const changed = Object.entries(asked).filter(
    ([key, value]) => value !== undefined && value !== now[key],
  );
  return Object.fromEntries(changed) as Partial<T>;
}
