import type { LocalRoom } from "../../support/local-room.ts";
import type { SimulatedClient } from "./client.ts";

/** What happened often enough to be worth the name of a simulation. */
export const reached = {
  crashes: 0,
  crashes_after_commit: 0,
  evictions: 0,
  gaps: 0,
  replays: 0,
  clock_steps_back: 0,
  alarms: 0,
  batches: 0,
  reused_ids: 0,
  reads: 0,
  replies: 0,
  calls: 0,
  restorations: 0,
  own_changes: 0,
  preferences: 0,
  marks: 0,
  gone: 0,
  untold: 0,
  late: 0,
  meanwhile: 0,
  signed_out: 0,
  forgotten: 0,
  sockets_lost: 0,
  restored: 0,
  removed: 0,
  reacted: 0,
  nothing_to_do: 0,
  sent_later: 0,
};
interface Over {
  readonly room: LocalRoom;
  readonly clients: readonly SimulatedClient[];
}

/** What there is to see of a history when it is over. */
export function countReached({ room, clients }: Over): void {
  const types = room.rows("log").map(({ type }) => type);
  const count = (type: string) => types.filter((one) => one === type).length;
  reached.restored += count("message.restored");
  reached.removed += count("member.removed");
  reached.reacted += count("reaction.added");
  for (const client of clients) reached.nothing_to_do += client.had_nothing_to_do.size;
}
export type Reached = typeof reached;
