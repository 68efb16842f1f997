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

/** What the events say, up to `seq`, and where their chain has led. */
interface Told {
  data: RoomData;
  prev_hash: string | null;
  /** Something was taken back here whose words have been erased since: which message it was nobody can say. */
  unclear: boolean;
}

const unread: Audited = { since: null, fault: null };

/**
 * A snapshot is the server's word. This reads the events under it, follows their chain up to the hash that is known
 * (and signed), and compares what they say with what is shown: after that it is no longer anybody's word. Where one may
 * not see the room's first events, it begins with the first that one may, and says so.
 */
export async function audit({ http, data, hash, after }: AuditDeps): Promise<Audited> {
  const { room_id, position } = data;
  if (position === null) return unread;
  let from = after;
  let told = nothingTold(data, from);
  for (let seq = from; seq < position.seq; seq = told.data.position?.seq ?? seq) {
    const page = await http.events(room_id, seq, limits.page_events_max);
    if (page.epoch !== position.epoch) return unread;
    if (seq === from && page.first_seq > from + 1) {
      from = seq = page.first_seq - 1;
      told = nothingTold(data, from);
    }
    const events = page.events.filter((event) => event.seq > seq && event.seq <= position.seq);
    if (events.length === 0) return unread;
    const prev_hash = told.prev_hash ?? events[0]?.prev_hash ?? "";
    const fault = followed(events, seq, prev_hash);
    if (fault !== null) return { since: null, fault };
    told = {
      data: reduce(told.data, events),
      prev_hash: events.at(-1)?.hash ?? prev_hash,
      unclear: told.unclear || events.some(isErasedRestoration),
    };
  }
  if (told.prev_hash !== null && told.prev_hash !== hash)
    return { since: null, fault: { seq: position.seq, kind: "head" } };
  const lie = data.messages.find((message) => message.seq > from && !agrees(data, message, told));
  return lie === undefined
    ? { since: from + 1, fault: null }
    : { since: null, fault: { seq: lie.seq, kind: "message" } };
}

const nothingTold = ({ room_id, me, position }: RoomData, seq: number): Told => ({
  data: {
    ...emptyRoom(room_id, me),
    since: seq,
    position: position && { ...position, seq },
  },
  prev_hash: seq === 0 ? genesisHash(room_id) : null,
  unclear: false,
});

const isErasedRestoration = ({ type, body }: LogEvent): boolean =>
  type === "message.restored" && body === null;

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

/**
 * An erased body says nothing any more: then only the message's place can be compared. A thread is left out: replies that
 * were erased since do not say any more whose they were.
 */
function agrees({ unsure }: RoomData, shown: Message, { data, unclear }: Told): boolean {
  const message = data.messages.find((one) => one.seq === shown.seq);
  if (message?.message_id !== shown.message_id || message.author !== shown.author) return false;
  if (message.at !== shown.at) return false;
  if (message.text === null && message.deleted_at === null) return true;
  if (message.deleted_at !== null && shown.deleted_at === null && unclear) return true;
  const [one, other] = [message, shown].map(({ thread: _, reactions, ...said }) => ({
    ...said,
    reactions: unsure.has(shown.message_id) ? [] : reactions,
  }));
  return canonical(one) === canonical(other);
}

/** The same text for equal values, whatever the order of their fields. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_key, field: unknown) =>
    typeof field === "object" && field !== null && !Array.isArray(field)
      ? Object.fromEntries(Object.entries(field).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : field,
  );
