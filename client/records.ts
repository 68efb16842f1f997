import { bodyOf, type LogEvent } from "../schema/events.ts";
import type { CommandId, RoomId } from "../schema/ids.ts";
import { limits } from "../schema/limits.ts";
import type { Receipt } from "../schema/receipt.ts";
import { audit } from "./audit.ts";
import type { Http } from "./http.ts";
import type { RoomLog } from "./log.ts";
import type { Fault } from "./proof.ts";
import { firstSeqOf } from "./slices/room.ts";
import { isReceiptOf, verifyReceipt, type KeyRing, type Verdict } from "./verify.ts";

export interface RecordsDeps {
  room_id: RoomId;
  http: Pick<Http, "messages" | "events">;
  keys: KeyRing;
  log: RoomLog;
  report(seq: number, kind: Fault["kind"]): void;
  onChange(): void;
}

/** What is read over HTTP: older messages, and the events that prove what is shown. */
export function createRecords({ room_id, http, keys, log, report, onChange }: RecordsDeps) {
  /** What to ask for next; undefined until a page has said it. */
  let before: number | null | undefined;
  /** Grows with each snapshot, and where history begins anew: what was asked before is no longer what is wanted. */
  let life = 0;
  let loading: Promise<void> | null = null;

  const firstShown = () => log.data().messages[0]?.seq ?? null;

  function hasEarlier(): boolean {
    if (before !== undefined) return before !== null;
    const data = log.data();
    const { messages } = data;
    // The first event that one may see is a creation or one's joining: a message that follows it has nothing before it.
    if ((firstShown() ?? 0) <= firstSeqOf(data) + 1) return false;
    // A page is cut by its length, or where its texts are long: by so much as another could have.
    const written = messages.reduce((sum, { text }) => sum + 4 * (text?.length ?? 0), 0);
    const room_left = limits.page_bytes - written;
    return messages.length >= limits.page_messages || room_left < 4 * limits.text_bytes;
  }

  async function readEarlier(): Promise<void> {
    const mine = life;
    const from = before ?? firstShown();
    if (from === null) return;
    const page = await http.messages(room_id, from, limits.page_messages);
    if (mine !== life || !log.takePage(page)) return;
    before = page.before;
    onChange();
  }

  async function eventsAfter(after: number, through: number): Promise<LogEvent[]> {
    const events: LogEvent[] = [];
    for (let seq = after; seq < through; seq += 1) {
      const known = log.eventAt(seq + 1);
      if (known === undefined) break;
      events.push(known);
    }
    if (events.length === through - after) return events;
    const page = await http.events(
      room_id,
      after,
      Math.min(through - after, limits.page_events_max),
    );
    return page.events.filter((event) => event.seq > after && event.seq <= through);
  }

  return {
    hasEarlier,
    startedOver(): void {
      life += 1;
      before = undefined;
    },

    /** The room shows more of its history now, or less: the next page says where it begins. */
    applied(events: readonly LogEvent[]): void {
      const last = events.findLast((event) => bodyOf(event, "room.changed")?.settings?.history);
      if (last === undefined) return;
      life += 1;
      before = firstShown() ?? last.seq;
    },

    loadEarlier: (): Promise<void> =>
      (loading ??= readEarlier().finally(() => {
        loading = null;
      })),

    async verify(from: "shown" | "first"): Promise<void> {
      const [data, hash, mine] = [log.data(), log.hash(), life];
      const first = from === "first" ? firstSeqOf(data) : firstShown();
      const after = (first ?? data.position?.seq ?? 0) - 1;
      if (hash === null || (log.verifiedSince() ?? Infinity) <= after + 1) return;
      const { since, fault } = await audit({ http, data, hash, after: Math.max(0, after) });
      if (mine !== life) return;
      if (fault !== null) report(fault.seq, fault.kind);
      if (since !== null) log.provedSince(since);
      onChange();
    },

    /** The entry itself, the way from it to the head, and the head's signature. */
    async proveReceipt(receipt: Receipt, command_id: CommandId): Promise<Verdict> {
      const [event, ...between] = await eventsAfter(receipt.seq - 1, receipt.head.seq);
      if (event === undefined || event.command_id !== command_id || !isReceiptOf(receipt, event))
        return "forged";
      return verifyReceipt(receipt, await keys(receipt.head.key_id), between);
    },
  };
}
