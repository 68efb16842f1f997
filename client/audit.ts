import { chainFault, genesisHash } from "../schema/chain.ts";
import type { LogEvent } from "../schema/events.ts";
import { limits } from "../schema/limits.ts";
import type { Message } from "../schema/message.ts";
import type { Http } from "./http.ts";
import type { Fault } from "./proof.ts";
import { emptyRoom, reduce, type RoomData } from "./reduce.ts";

export interface Audited {
  /** The chain was followed from here up to what is shown. Null where it could not be. */
  since: number | null;
  fault: Omit<Fault, "at"> | null;
}

export interface AuditDeps {
  http: Pick<Http, "events">;
  data: RoomData;
  /** Of the event at the data's position. */
  hash: string;
  /** Events after this one are read; 0 for the whole log. */
  after: number;
}

/**
 * A snapshot is the server's word. This reads the events under it, follows their chain up to the hash that is known
 * (and signed), and compares what they say with what is shown: after that it is no longer anybody's word.
 */
export async function audit({ http, data, hash, after }: AuditDeps): Promise<Audited> {
  const { room_id, position } = data;
  if (position === null) return { since: null, fault: null };
  let told: RoomData = { ...emptyRoom(room_id), position: { ...position, seq: after } };
  let prev_hash = after === 0 ? genesisHash(room_id) : null;
  for (let seq = after; seq < position.seq; seq = told.position?.seq ?? seq) {
    const page = await http.events(room_id, seq, limits.page_events_max);
    const events = page.events.filter((event) => event.seq > seq && event.seq <= position.seq);
    if (page.epoch !== position.epoch || events.length === 0) return { since: null, fault: null };
    prev_hash ??= events[0]?.prev_hash ?? "";
    const fault = followed(events, seq, prev_hash);
    if (fault !== null) return { since: null, fault };
    prev_hash = events.at(-1)?.hash ?? prev_hash;
    told = reduce(told, events);
  }
  if (prev_hash !== null && prev_hash !== hash)
    return { since: null, fault: { seq: position.seq, kind: "head" } };
  const lie = data.messages.find(
    (message) => message.seq > after && !agrees(message, told.messages),
  );
  return lie === undefined
    ? { since: after + 1, fault: null }
    : { since: null, fault: { seq: lie.seq, kind: "message" } };
}

function followed(events: readonly LogEvent[], after: number, from_hash: string): Audited["fault"] {
  let seq = after;
  let prev_hash = from_hash;
  for (const event of events) {
    seq += 1;
    const kind = chainFault(event, seq, prev_hash);
    if (kind !== null) return { seq, kind };
    prev_hash = event.hash;
  }
  return null;
}

/** An erased body says nothing any more: then only the message's place can be compared. */
function agrees(shown: Message, told: readonly Message[]): boolean {
  const message = told.find((one) => one.seq === shown.seq);
  if (
    message === undefined ||
    message.message_id !== shown.message_id ||
    message.author !== shown.author
  )
    return false;
  if (message.deleted_at !== shown.deleted_at || message.at !== shown.at) return false;
  return message.text === null || message.text === shown.text;
}
