import assert from "node:assert/strict";
import type { Down } from "../../../schema/frames/down.ts";
import type { LogEvent } from "../../../schema/events.ts";
import type { EventPage, MessagePage } from "../../../schema/http.ts";
import { limits } from "../../../schema/limits.ts";
import type { Message } from "../../../schema/message.ts";
import { createLog, type RoomLog } from "../../../client/log.ts";
import { createRecords } from "../../../client/records.ts";
import { emptyRoom, reduce, type RoomData } from "../../../client/reduce.ts";
import type { LocalRoom, LocalSocket } from "../../support/local-room.ts";
import { callerOf, userId } from "../../support/local-room.ts";
import type { Answer } from "../../../schema/rpc.ts";

/** How often what is hard was met, over all histories. */
export const met = {
  unsure_threads: 0,
  unsure_reactions: 0,
  refreshed: 0,
  resumed: 0,
  late_pages: 0,
  early_pages: 0,
  hidden: 0,
  long_reactions: 0,
};

/** As it comes over the wire. */
function valueOf<T>(answer: Answer<T>): T {
  if (!answer.ok) throw new Error(answer.refusal.code);
  return JSON.parse(JSON.stringify(answer.value)) as T;
}

/** Everything that a reader is shown, fetched anew. */
export function fetched(room: LocalRoom, name: string) {
  const caller = callerOf(name);
  const view = valueOf(room.engine.view(caller));
  const messages: Message[] = [];
  for (let before: number | null = Number.MAX_SAFE_INTEGER; before !== null;) {
    const answer: Answer<MessagePage> = room.engine.messages(caller, { before, limit: 200 });
    const page: MessagePage = valueOf(answer);
    messages.unshift(...page.messages);
    before = page.before;
  }
  return { ...view, messages };
}

/** The log as a newcomer reads it: what was erased since is not in it any more. */
export function logOf(room: LocalRoom, name: string): LogEvent[] {
  const events: LogEvent[] = [];
  for (let after: number | null = 0; after !== null;) {
    const page: EventPage = valueOf(room.engine.events(callerOf(name), { after, limit: 500 }));
    events.push(...page.events);
    after = page.after;
  }
  return events;
}

/** One reader, who follows the room by its frames as a client does, promptly or late. */
export class Follower {
  readonly name: string;
  readonly log: RoomLog;
  readonly #room: LocalRoom;
  #socket: LocalSocket | null = null;
  #waiting: Down[] = [];
  readonly #records: ReturnType<typeof createRecords>;
  /** Pages that were read in the room and have not arrived. */
  #pages: (() => void)[] = [];

  constructor(room: LocalRoom, name: string) {
    this.#room = room;
    this.name = name;
    this.log = createLog(room.room_id, userId(name));
    this.#records = createRecords({
      room_id: room.room_id,
      log: this.log,
      http: { messages: (_, before) => this.#page(before), events: () => Promise.reject() },
      keys: async () => null,
      report: () => assert.fail(),
      onChange: () => {},
    });
    this.#comesIn(null);
  }

  #page(before: number): Promise<MessagePage> {
    const asked = { before, limit: 6 };
    const page: MessagePage = valueOf(this.#room.engine.messages(callerOf(this.name), asked));
    return new Promise((arrives) => this.#pages.push(() => arrives(page)));
  }

  #comesIn(position: RoomData["position"]): void {
    const socket = this.#room.connect(this.name);
    assert.ok(typeof socket !== "string", `${this.name} was refused: ${String(socket)}`);
    this.#socket = socket;
    this.#room.receive(socket, { type: "resume", position });
    this.hears();
  }

  isHere = (): boolean => this.#socket?.closed === null;

  /** Frames arrive, and lie there until they are taken. */
  receives(): void {
    this.#waiting.push(...(this.#socket?.frames() ?? []));
  }

  hears(): void {
    this.receives();
    for (const frame of this.#waiting.splice(0)) {
      if (frame.type !== "events" && frame.type !== "snapshot") continue;
      if (this.#pages.length > 0) met.late_pages += 1;
      const { applied, fault, stale } = this.log.take(frame);
      assert.deepEqual({ fault, stale }, { fault: null, stale: false });
      if (frame.type === "snapshot") this.#records.startedOver();
      this.#records.applied(applied);
    }
  }

  goesAway(): void {
    if (this.#socket) this.#room.disconnect(this.#socket);
    this.#socket = null;
    this.#waiting = [];
  }

  /** Goes on from its position, or starts over where the room says so. */
  comesBack(): void {
    met.resumed += 1;
    this.#comesIn(this.log.position());
  }

  /** An older page is read: what it knows may be ahead of what has been heard here, or behind it when it arrives. */
  earlier(): void {
    if (!this.#records.hasEarlier()) return;
    if (this.#waiting.length > 0) met.early_pages += 1;
    void this.#records.loadEarlier();
  }

  async pagesArrive(): Promise<void> {
    for (const arrives of this.#pages.splice(0)) arrives();
    for (let turn = 0; turn < 8; turn += 1) await Promise.resolve();
  }

  /** Asks how that looks which could not be worked out. */
  learns(): void {
    for (const message_id of this.log.data().unsure) {
      const socket = this.#socket;
      assert.ok(socket);
      this.receives();
      this.#room.receive(socket, {
        type: "ask",
        ref: "how",
        query: { type: "message", message_id },
      });
      const [frame] = socket.frames();
      if (frame?.type === "answer") {
        met.refreshed += 1;
        assert.ok(this.log.takeMessage(frame.answer as Message, frame.position));
      } else this.log.giveUp(message_id);
    }
  }

  /** All that is here is what a fresh fetch would give, but for what is known not to be known. */
  isEqual(): void {
    const truth = fetched(this.#room, this.name);
    const data = this.log.data();
    const first_seq = truth.members.find(({ user_id }) => user_id === data.me)?.joined_seq ?? 1;
    if (truth.room.settings.history === "joined" && first_seq > 1) met.hidden += 1;
    const sure = (messages: readonly Message[]) =>
      messages.map((message) =>
        data.unsure.has(message.message_id) ? { ...message, thread: null, reactions: [] } : message,
      );
    met.long_reactions += truth.messages.filter(({ reactions }) =>
      reactions.some(({ count }) => count > limits.reaction_users),
    ).length;
    compare(data, truth);
    countUnsure(data, truth.messages);
    const from = this.#records.hasEarlier() ? (data.messages[0]?.seq ?? Infinity) : 1;
    const shown = truth.messages.filter(({ seq }) => seq >= from);
    assert.deepEqual(sure(data.messages), sure(shown));
  }
}

/** What is called unsure is wrong now and then: otherwise nothing would have to be asked. */
function countUnsure({ messages, unsure }: RoomData, truth: readonly Message[]): void {
  for (const message of messages.filter(({ message_id }) => unsure.has(message_id))) {
    const true_one = truth.find(({ message_id }) => message_id === message.message_id);
    const differs = (part: "thread" | "reactions") =>
      JSON.stringify(true_one?.[part]) !== JSON.stringify(message[part]);
    if (differs("thread")) met.unsure_threads += 1;
    if (differs("reactions")) met.unsure_reactions += 1;
  }
}

/** Whoever has read the whole log needs nobody to ask. */
export function followsFromTheFirst(room: LocalRoom, name: string): void {
  const truth = fetched(room, name);
  if (truth.room.settings.history !== "all") return;
  const { epoch } = truth.position;
  const nothing = { ...emptyRoom(room.room_id, userId(name)), position: { epoch, seq: 0 } };
  const events = logOf(room, name);
  const data = reduce(nothing, events);
  compare(data, truth);
  assert.deepEqual([...data.unsure], []);
  // Where history began with joining, and does not any more, what was hidden meanwhile is asked for anew.
  const hid = events.some(({ body }) =>
    JSON.stringify(body?.["settings"] ?? "").includes("joined"),
  );
  const from = hid ? (data.messages[0]?.seq ?? Infinity) : 1;
  assert.deepEqual(
    data.messages,
    truth.messages.filter(({ seq }) => seq >= from),
  );
}

function compare(data: RoomData, truth: ReturnType<typeof fetched>): void {
  assert.deepEqual(data.position, truth.position);
  assert.deepEqual(data.room, truth.room);
  const members = [...data.members.values()].toSorted(
    (one, other) => one.joined_seq - other.joined_seq || (one.user_id < other.user_id ? -1 : 1),
  );
  assert.deepEqual(members, truth.members);
  assert.equal(data.member_count, truth.member_count);
  assert.equal(data.self?.role, truth.role);
  assert.equal(
    data.self?.muted_until,
    members.find(({ user_id }) => user_id === data.me)?.muted_until,
  );
}
