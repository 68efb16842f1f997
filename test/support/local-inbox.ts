import { DatabaseSync } from "node:sqlite";
import type { Caller } from "../../schema/caller.ts";
import type { InboxDown } from "../../schema/frames/inbox/down.ts";
import type { DeviceId, RoomId, UserId } from "../../schema/ids.ts";
import { deriveId, ID_RANDOM_BYTES, makeId } from "../../schema/ids.ts";
import type { InboxState, Preview, RoomMark } from "../../schema/inbox.ts";
import type { InboxReply, SessionStart } from "../../schema/inbox-rpc.ts";
import type { MemberPreferences } from "../../schema/preferences.ts";
import { limits } from "../../schema/limits.ts";
import type { Answer, Opening } from "../../schema/rpc.ts";
import { wire } from "../../schema/version.ts";
import type { Peers } from "../../durable/inbox/context.ts";
import type { InboxEngine } from "../../durable/inbox/engine.ts";
import { createInboxEngine } from "../../durable/inbox/engine.ts";
import { codecs } from "../../durable/kernel/codecs.ts";
import type { LocalHost, LocalWorld } from "../../durable/kernel/host-local.ts";
import { createLocalHost } from "../../durable/kernel/host-local.ts";
import { asReceived } from "./as-received.ts";
import { LocalSocket, testSigner, userId } from "./local-room.ts";
import type { Random } from "./random.ts";
import { seededRandom } from "./random.ts";

export const roomId = (name: string): RoomId => deriveId("room", name);
export const deviceId = (name: string): DeviceId => deriveId("device", name);

/** A call from one actor to another that is on its way. */
export class Call {
  readonly name: string;
  readonly to: string;
  readonly #effect: () => Promise<unknown>;
  readonly #resolve: (value: unknown) => void;
  readonly #reject: (error: Error) => void;

  constructor(name: string, to: string, effect: () => Promise<unknown>, answer: Settle) {
    this.name = name;
    this.to = to;
    this.#effect = effect;
    this.#resolve = answer.resolve;
    this.#reject = answer.reject;
  }

  /** It arrives; once more before or after changes nothing for whoever called. */
  async arrives(): Promise<void> {
    try {
      this.#resolve(structuredClone(await this.#effect()));
    } catch (error) {
      this.#reject(error as Error);
    }
  }
  /** It does not arrive. */
  isLost(): void {
    this.#reject(new Error("lost on the way"));
  }
  /** It arrives, and its answer does not. */
  async losesItsAnswer(): Promise<void> {
    await this.#effect().catch(() => {});
    this.#reject(new Error("no answer"));
  }
}
interface Settle {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** Several inboxes with one clock, wired to each other by calls that lie here until somebody lets them arrive. */
export class LocalInboxes {
  now_ms = 1_763_900_000_000;
  readonly random: Random;
  readonly inboxes = new Map<UserId, LocalInbox>();
  /** In the order in which they were made; a test may take them out, repeat them, or change their order. */
  readonly calls: Call[] = [];
  /** Ends of sessions that have reached a room. */
  readonly ends: { room_id: RoomId; user_id: UserId; device_id: DeviceId }[] = [];
  /** What rooms have been told of the preferences of their members. */
  readonly preferred: { room_id: RoomId; user_id: UserId; said: MemberPreferences }[] = [];
  /** How many sockets the one whose inbox asks has in a room. */
  readonly sockets_in = new Map<RoomId, number>();
  /** Whether calls wait for the test. */
  is_held = false;

  constructor(seed = 1) {
    this.random = seededRandom(seed);
  }

  at(name: string): LocalInbox {
    const known = this.inboxes.get(userId(name));
    if (known) return known;
    const made = new LocalInbox(this, name);
    this.inboxes.set(made.user_id, made);
    return made;
  }

  peers(): Peers {
    const call = <T>(name: string, to: string, effect: () => Promise<T>): Promise<T> =>
      new Promise((resolve, reject) => {
        const answer = { resolve: resolve as Settle["resolve"], reject };
        this.calls.push(new Call(name, to, effect, answer));
      });
    const at = (user_id: UserId): InboxEngine => {
      const inbox = this.inboxes.get(user_id);
      if (!inbox) throw new Error("nobody there");
      return inbox.engine;
    };
    return {
      inbox: (to) => ({
        wish: (from, wish) => call("wish", to, async () => at(to).wish(from, wish)),
        watch: (viewer) => call("watch", to, async () => at(to).watch(viewer)),
        unwatch: (viewer) => call("unwatch", to, async () => at(to).unwatch(viewer)),
        seen: (presence) => call("seen", to, async () => at(to).seen(presence)),
      }),
      room: (room_id) => ({
        endSession: (user_id, device_id) =>
          call("endSession", room_id, async () => {
            this.ends.push({ room_id, user_id, device_id });
          }),
        prefers: (user_id, said) =>
          call("prefers", room_id, async () => {
            this.preferred.push({ room_id, user_id, said });
          }),
        socketsOf: () => call("socketsOf", room_id, async () => this.sockets_in.get(room_id) ?? 0),
      }),
    };
  }

  /** Until nothing moves any more but what waits for its time, or for the test. */
  async settle(): Promise<void> {
    for (let quiet = 0; quiet < 2; quiet += 1) {
      await new Promise((resolve) => setImmediate(resolve));
      for (const inbox of this.inboxes.values()) if (inbox.turn()) quiet = -1;
      if (this.is_held || this.calls.length === 0) continue;
      quiet = -1;
      for (const call of this.calls.splice(0)) void call.arrives();
    }
  }

  /** Time goes by, and alarms fire when they are due. */
  async passes(ms: number): Promise<void> {
    const until = this.now_ms + ms;
    await this.settle();
    for (let next = this.#next(until); next; next = this.#next(until)) {
      this.now_ms = Math.max(this.now_ms, next.world.alarm_at ?? 0);
      await next.rings();
    }
    this.now_ms = until;
  }

  #next(until: number): LocalInbox | undefined {
    return [...this.inboxes.values()]
      .filter(({ world }) => world.alarm_at !== null && world.alarm_at <= until)
      .toSorted((one, other) => (one.world.alarm_at ?? 0) - (other.world.alarm_at ?? 0))[0];
  }
}

/** One inbox, through as many lives as a test wants. */
export class LocalInbox {
  readonly all: LocalInboxes;
  readonly name: string;
  readonly user_id: UserId;
  readonly world: LocalWorld = {
    db: new DatabaseSync(":memory:"),
    sockets: new Set(),
    alarm_at: null,
  };
  readonly logged: { level: string; event: string }[] = [];
  step: (what: string) => void = () => {};
  host!: LocalHost;
  engine!: InboxEngine;
  #later: (() => void)[] = [];
  #tickets = 0;

  constructor(all: LocalInboxes, name: string) {
    this.all = all;
    this.name = name;
    this.user_id = userId(name);
    this.wake();
  }

  /** A new life over the same storage and sockets: what an eviction, and a crash that spares the sockets, leave. */
  wake(): void {
    this.#later = [];
    this.host = createLocalHost({
      world: this.world,
      signer: testSigner,
      now: () => this.all.now_ms,
      random: (bytes) => this.all.random.bytes(bytes),
      later: (work) => void this.#later.push(work),
      step: (what) => this.step(what),
      log: (level, event) => void this.logged.push({ level, event }),
    });
    this.engine = createInboxEngine(this.host, this.user_id, this.all.peers());
  }

  /** Runs what waits for a later turn; whether there was anything. */
  turn(): boolean {
    const turns = this.#later.splice(0);
    for (const turn of turns) turn();
    return turns.length > 0;
  }

  /** The answer to what was asked, when all that it leads to has been done. */
  async hears<T>(asked: Promise<T>): Promise<T> {
    let answer: { value: T } | { error: unknown } | null = null;
    void asked.then(
      (value) => (answer = { value }),
      (error: unknown) => (answer = { error }),
    );
    await this.all.settle();
    const heard = answer as { value: T } | { error: unknown } | null;
    if (!heard) throw new Error("no answer");
    if ("error" in heard) throw heard.error;
    return heard.value;
  }

  /** The alarm fires, whether or not it is time. */
  async rings(): Promise<void> {
    this.world.alarm_at = null;
    const rung = this.engine.alarm();
    await this.all.settle();
    if (!this.all.is_held) await rung;
    await this.all.settle();
  }

  caller(device = this.name): Caller {
    return { user_id: this.user_id, device_id: deviceId(device), request_id: `for-${this.name}` };
  }

  start(device = this.name, more: Partial<SessionStart> = {}): SessionStart {
    const { user_id, device_id } = this.caller(device);
    const issued_at = this.all.now_ms;
    return {
      user_id,
      device_id,
      name: `${device}'s device`,
      place: "Oslo, NO",
      method: "password",
      token_id: `${device}-1`,
      token_hash: `hash-of-${device}-1`,
      issued_at,
      expires_at: issued_at + limits.refresh_token_ms,
      ...more,
    };
  }

  signsIn(device = this.name, more: Partial<SessionStart> = {}) {
    return this.hears(this.engine.signIn(this.start(device, more)));
  }

  /** Offers a successor for a refresh token, as the Worker does that has checked it. */
  rotates(device: string, token_hash: string, next_id: string) {
    const issued_at = this.all.now_ms;
    const expires_at = issued_at + limits.refresh_token_ms;
    const next = { token_id: next_id, token_hash: `hash-of-${next_id}`, issued_at, expires_at };
    const { user_id, device_id } = this.caller(device);
    const asked = { user_id, device_id, token_hash, next, place: "Oslo, NO" };
    return this.hears(this.engine.rotate(asked));
  }

  /** Asks as over HTTP; says what came of it, as a code or a word. */
  async does(type: string, fields: Record<string, unknown> = {}, device = this.name) {
    const answer = await this.asks(type, fields, device);
    return answer.ok ? (answer.value.seq === null ? "so already" : "done") : answer.refusal.code;
  }

  asks(
    type: string,
    fields: Record<string, unknown> = {},
    device = this.name,
  ): Promise<Answer<InboxReply>> {
    const command_id = this.newId("command");
    return this.hears(this.engine.command(this.caller(device), { type, command_id, ...fields }));
  }

  async state(device = this.name): Promise<InboxState> {
    const answer = await this.hears(this.engine.state(this.caller(device)));
    if (!answer.ok) throw new Error(answer.refusal.code);
    return answer.value;
  }

  markOf(room: string, more: Partial<RoomMark> = {}): RoomMark {
    return {
      room_id: roomId(room),
      kind: "group",
      name: room,
      with: null,
      role: "member",
      position: { epoch: deriveId("epoch", room), seq: 1 },
      read_seq: 0,
      unread_seq: null,
      badge: 0,
      mentions: 0,
      threads: 0,
      revision: 0,
      called: [],
      preview: null,
      ...more,
    };
  }

  markAt(room: string, seq: number, more: Partial<RoomMark> = {}): RoomMark {
    const mark = this.markOf(room, more);
    return { ...mark, position: { ...mark.position, seq } };
  }

  /** The room says that they have left, by the event with this seq. */
  isGoneFrom(room: string, seq: number): Promise<void> {
    const { room_id, position } = this.markOf(room);
    return this.hears(this.engine.gone({ room_id, epoch: position.epoch, seq }));
  }

  isTold(mark: RoomMark, knows = 0): Promise<MemberPreferences | null> {
    return this.hears(this.engine.mark(mark, knows));
  }

  isIn(room: string, more: Partial<RoomMark> = {}): Promise<MemberPreferences | null> {
    return this.isTold(this.markOf(room, more));
  }

  opening(device = this.name): Opening {
    this.#tickets += 1;
    return {
      caller: this.caller(device),
      room_id: null,
      version: wire.version,
      encoding: "json",
      ticket_id: `${this.name}-${this.#tickets}`,
      ticket_expires_at: this.all.now_ms + limits.ticket_ms,
    };
  }

  /** Opens a socket as the platform would, or says why not. */
  opens(device = this.name, opening = this.opening(device)): LocalSocket | string {
    const admitted = this.engine.admit(opening);
    if (admitted.kind === "refused") return admitted.refusal.code;
    const socket = new LocalSocket();
    socket.encoding = opening.encoding;
    this.world.sockets.add(socket);
    this.engine.welcome(this.host.socket(socket), opening);
    this.turn();
    return socket;
  }

  /** A socket that has said where it stands, and heard where things are. */
  comesIn(device = this.name): LocalSocket {
    const socket = this.opens(device);
    if (typeof socket === "string") throw new Error(`refused: ${socket}`);
    this.says(socket, { type: "resume", position: null });
    socket.frames();
    return socket;
  }

  /** What a socket says, and what it hears in that turn. */
  says(socket: LocalSocket, frame: unknown): InboxDown[] {
    const data =
      typeof frame === "string"
        ? frame
        : asReceived(codecs[socket.encoding].encode(frame as object));
    this.engine.receive(this.host.socket(socket), data);
    while (this.turn());
    return heard(socket);
  }

  newId<P extends string>(prefix: P) {
    return makeId(prefix, this.all.now_ms, this.all.random.bytes(ID_RANDOM_BYTES));
  }

  rows(table: string): Record<string, unknown>[] {
    const found = this.world.db.prepare(`SELECT * FROM ${table} ORDER BY 1`).all();
    return found.map((row) => ({ ...row }));
  }

  tables(): string[] {
    const found = this.world.db
      .prepare("SELECT name FROM sqlite_master WHERE type = 'table'")
      .all();
    return found.map((row) => String(row["name"]));
  }
}

/** The newest message of a room, by somebody else. */
export const preview = (seq: number): Preview => ({
  seq,
  at: seq,
  type: "message.sent",
  author: userId("bo"),
  text: null,
});

/** The frames since the last look. */
export const heard = (socket: LocalSocket): InboxDown[] =>
  socket.frames() as unknown as InboxDown[];

/** One person, signed in on one device that is named after them. */
export async function anInbox(name = "ada", seed = 1): Promise<LocalInbox> {
  const inbox = new LocalInboxes(seed).at(name);
  await inbox.signsIn();
  return inbox;
}
