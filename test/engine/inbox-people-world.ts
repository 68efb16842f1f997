import { DatabaseSync } from "node:sqlite";
import type { Caller } from "../../schema/caller.ts";
import type { ContactState } from "../../schema/contact.ts";
import type { InboxDown } from "../../schema/frames/inbox/down.ts";
import type { DeviceId, RoomId, UserId } from "../../schema/ids.ts";
import { deriveId, ID_RANDOM_BYTES, makeId } from "../../schema/ids.ts";
import type { InboxState } from "../../schema/inbox.ts";
import type { InboxCommandType } from "../../schema/inbox-commands.ts";
import type { InboxReply } from "../../schema/inbox-rpc.ts";
import { limits } from "../../schema/limits.ts";
import type { Presence } from "../../schema/presence.ts";
import type { RefusalCode } from "../../schema/refusals.ts";
import type { Answer } from "../../schema/rpc.ts";
import { wire } from "../../schema/version.ts";
import type { HostSocket } from "../../durable/kernel/host.ts";
import type { LocalHost, LocalWorld } from "../../durable/kernel/host-local.ts";
import { createLocalHost } from "../../durable/kernel/host-local.ts";
import type { Peers } from "../../durable/inbox/context.ts";
import type { InboxEngine } from "../../durable/inbox/engine.ts";
import { createInboxEngine } from "../../durable/inbox/engine.ts";
import { log } from "../../durable/inbox/stores/log.ts";
import { wishes } from "../../durable/inbox/stores/wishes.ts";
import { LocalSocket, testSigner, userId } from "../support/local-room.ts";
import type { Random } from "../support/random.ts";
import { seededRandom } from "../support/random.ts";

export const roomId = (name: string): RoomId => deriveId("room", name);

export type Call = "wish" | "watch" | "unwatch" | "seen";

/** Several people and their inboxes, with one clock and a network that a test may make worse. */
export class PeopleWorld {
  now_ms = Date.parse("2026-11-23T12:00:00Z");
  readonly people = new Map<UserId, Person>();
  readonly random: Random;
  /** What was called so far, whether or not it arrived. */
  readonly calls: Record<Call, number> = { wish: 0, watch: 0, unwatch: 0, seen: 0 };
  /** Before a call arrives, and before its answer does. Either may throw. */
  reaches: (from: UserId, to: UserId, call: Call) => void = () => {};
  answers: (from: UserId, to: UserId, call: Call) => void = () => {};

  /** How somebody answers who has no inbox in this world. */
  absent: (user_id: UserId) => Promise<Presence> = () => Promise.reject(new Error("nobody there"));
  /** Work that was put off to a later turn. */
  waiting = 0;

  constructor(seed = 1) {
    this.random = seededRandom(seed);
  }

  person(name: string): Person {
    const known = this.people.get(userId(name));
    if (known) return known;
    const made = new Person(this, name);
    this.people.set(made.user_id, made);
    return made;
  }

  /** These people are in a room, as their inboxes have been told. */
  meet(room_id: RoomId, ...people: Person[]): void {
    for (const person of people) person.isIn(room_id);
  }

  /** Time goes by: devices ping, and alarms fire when they are due. */
  async passes(ms: number): Promise<void> {
    const until = this.now_ms + ms;
    await this.settle();
    for (let next = this.nextAlarm(until); next; next = this.nextAlarm(until)) {
      this.moveTo(Math.max(this.now_ms, next.world.alarm_at ?? 0));
      next.world.alarm_at = null;
      next.wakes += 1;
      await next.engine.alarm();
      await this.settle();
    }
    this.moveTo(until);
  }

  /** Until nothing is on its way but what waits for its time. */
  async settle(): Promise<void> {
    for (let quiet = 0; quiet < 3; quiet += 1) {
      await new Promise((resolve) => setImmediate(resolve));
      if (this.waiting > 0) quiet = -1;
    }
  }

  private nextAlarm(until: number): Person | undefined {
    return [...this.people.values()]
      .filter(({ world }) => world.alarm_at !== null && world.alarm_at <= until)
      .toSorted((one, other) => one.world.alarm_at! - other.world.alarm_at!)[0];
  }

  private moveTo(now_ms: number): void {
    this.now_ms = now_ms;
    for (const person of this.people.values())
      for (const device of person.devices) device.pings(now_ms);
  }

  peersOf(from: UserId): Peers {
    const call = async <T>(to: UserId, name: Call, effect: () => T | Promise<T>): Promise<T> => {
      this.calls[name] += 1;
      await Promise.resolve();
      this.reaches(from, to, name);
      const value = await effect();
      this.answers(from, to, name);
      return value;
    };
    const at = (user_id: UserId) => this.people.get(user_id)?.engine;
    return {
      inbox: (to) => ({
        wish: (sender, wish) => call(to, "wish", () => at(to)?.wish(sender, wish)),
        watch: (viewer) => call(to, "watch", () => at(to)?.watch(viewer) ?? this.absent(to)),
        unwatch: (viewer) => call(to, "unwatch", () => at(to)?.unwatch(viewer)),
        seen: (presence) => call(to, "seen", () => at(to)?.seen(presence)),
      }),
      room: () => ({
        endSession: async () => {},
        prefers: async () => {},
        socketsOf: async () => 0,
      }),
    };
  }
}

/** One of a person's devices, with a socket to their inbox. */
export class Device {
  readonly socket = new LocalSocket();
  readonly person: Person;
  readonly opened_at: number;
  /** Whether its pings still arrive. */
  is_reachable = true;
  /** Frames about presence since the beginning. */
  frames: Presence[][] = [];

  constructor(person: Person) {
    this.person = person;
    this.opened_at = person.of.now_ms;
  }

  pings(now_ms: number): void {
    if (!this.is_reachable || this.socket.closed) return;
    const beats = Math.floor((now_ms - this.opened_at) / limits.heartbeat_ms);
    if (beats > 0) this.socket.last_ping_at = this.opened_at + beats * limits.heartbeat_ms;
  }

  says(frame: unknown): void {
    this.person.engine.receive(this.person.host.socket(this.socket), JSON.stringify(frame));
  }

  watches(...people: { user_id: UserId; via?: RoomId }[]): void {
    const users = people.map(({ user_id, via }) => (via ? { user_id, via } : { user_id }));
    this.says({ type: "watch", users });
  }

  idles(idle = true): void {
    this.says({ type: "activity", idle });
  }

  hangsUp(): void {
    this.person.disconnect(this);
  }

  /** The frames about presence that came since the last look. */
  hears(): Presence[][] {
    const frames = (this.socket.frames() as unknown as InboxDown[]).flatMap((frame) =>
      frame.type === "presence" ? [frame.users] : [],
    );
    this.frames.push(...frames);
    return frames;
  }

  /** How somebody was when last told of; null for never. */
  sees(person: Person): Presence | null {
    this.hears();
    return this.frames.flat().findLast(({ user_id }) => user_id === person.user_id) ?? null;
  }
}

/** A person with an inbox, through as many lives of it as a test wants. */
export class Person {
  readonly of: PeopleWorld;
  readonly name: string;
  readonly user_id: UserId;
  readonly world: LocalWorld = {
    db: new DatabaseSync(":memory:"),
    sockets: new Set<HostSocket>(),
    alarm_at: null,
  };
  readonly devices: Device[] = [];
  readonly logged: { level: string; event: string }[] = [];
  /** How often an alarm woke the inbox. */
  wakes = 0;
  host!: LocalHost;
  engine!: InboxEngine;
  private life = 0;
  private tickets = 0;

  constructor(of: PeopleWorld, name: string) {
    this.of = of;
    this.name = name;
    this.user_id = userId(name);
    this.wake();
    this.signsIn();
  }

  /** A new life over the same storage and sockets. */
  wake(): void {
    this.life += 1;
    const { life } = this;
    this.host = createLocalHost({
      world: this.world,
      signer: testSigner,
      now: () => this.of.now_ms,
      random: (bytes) => this.of.random.bytes(bytes),
      later: (work) => {
        this.of.waiting += 1;
        setImmediate(() => {
          this.of.waiting -= 1;
          if (life === this.life) work();
        });
      },
      log: (level, event) => void this.logged.push({ level, event }),
    });
    this.engine = createInboxEngine(this.host, this.user_id, this.of.peersOf(this.user_id));
  }

  async isEvicted(): Promise<void> {
    await this.of.settle();
    this.wake();
  }

  get caller(): Caller {
    const device_id: DeviceId = deriveId("device", this.name);
    return { user_id: this.user_id, device_id, request_id: `request-of-${this.name}` };
  }

  /** Asks as over HTTP: what came of it, as a code or the seq. */
  async does(type: InboxCommandType, fields: Record<string, unknown> = {}): Promise<Outcome> {
    const command_id = makeId("command", this.of.now_ms, this.of.random.bytes(ID_RANDOM_BYTES));
    const answers: Answer<InboxReply>[] = [];
    const asked = this.engine.command(this.caller, { type, command_id, ...fields });
    void asked.then((answer) => answers.push(answer));
    await this.of.settle();
    const [answer] = answers;
    if (!answer) throw new Error("no answer");
    return answer.ok ? (answer.value.seq === null ? "so already" : "done") : answer.refusal.code;
  }

  /** How somebody stands in this person's list. */
  stands(other: Person): ContactState | null {
    const listed = wishes.contacts(this.host.sql);
    return listed.find((contact) => contact.user_id === other.user_id)?.state ?? null;
  }

  async state(): Promise<InboxState> {
    const answer = await this.engine.state(this.caller);
    if (!answer.ok) throw new Error(answer.refusal.code);
    return answer.value;
  }

  /** The types of what happened, in order. */
  log(): string[] {
    return log.after(this.host.sql, 0).map((event) => event.type);
  }

  rows(table: string): Record<string, unknown>[] {
    return this.world.db.prepare(`SELECT * FROM ${table}`).all();
  }

  comesIn(): Device {
    const device = new Device(this);
    this.tickets += 1;
    const opening = {
      caller: this.caller,
      room_id: null,
      version: wire.version,
      encoding: "json" as const,
      ticket_id: `${this.name}-${this.tickets}`,
      ticket_expires_at: this.of.now_ms + limits.ticket_ms,
    };
    const admitted = this.engine.admit(opening);
    if (admitted.kind === "refused") throw new Error(admitted.refusal.code);
    this.world.sockets.add(device.socket);
    this.engine.welcome(this.host.socket(device.socket), opening);
    device.says({ type: "resume", position: null });
    this.devices.push(device);
    return device;
  }

  disconnect(device: Device): void {
    this.world.sockets.delete(device.socket);
    this.engine.closed(this.host.socket(device.socket), 1006);
    device.socket.closed ??= { code: 1006, reason: "" };
  }

  isIn(room_id: RoomId): void {
    void this.engine.mark(
      {
        room_id,
        kind: "group",
        name: "Raven",
        with: null,
        role: "member",
        position: { epoch: deriveId("epoch", room_id), seq: 1 },
        read_seq: 0,
        unread_seq: null,
        badge: 0,
        mentions: 0,
        threads: 0,
        revision: 0,
        called: [],
        preview: null,
      },
      0,
    );
  }

  leaves(room_id: RoomId): void {
    void this.engine.gone({ room_id, epoch: deriveId("epoch", room_id), seq: 2 });
  }

  private signsIn(): void {
    const { user_id, device_id } = this.caller;
    void this.engine.signIn({
      user_id,
      device_id,
      name: "Firefox on Linux",
      place: "",
      method: "password",
      token_id: "first",
      token_hash: "hash",
      issued_at: this.of.now_ms,
      expires_at: this.of.now_ms + limits.refresh_token_ms,
    });
  }
}

type Outcome = "done" | "so already" | RefusalCode;

/** Two people who are contacts of one another. */
export async function contacts(world: PeopleWorld): Promise<[Person, Person]> {
  const [ada, bo] = [world.person("ada"), world.person("bo")];
  await ada.does("request", { user_id: bo.user_id });
  await bo.does("request", { user_id: ada.user_id });
  await world.passes(10);
  if (ada.stands(bo) !== "contact" || bo.stands(ada) !== "contact") throw new Error("no contacts");
  return [ada, bo];
}

/** What it takes for a change to be gathered here, told there, and gathered there again. */
export const TOLD_MS = 2 * limits.presence_gather_ms + 10;

/** Two contacts, one of whom shows the other on a device. */
export async function looking(
  world: PeopleWorld,
): Promise<{ ada: Person; bo: Person; looks: Device }> {
  const [ada, bo] = await contacts(world);
  const looks = ada.comesIn();
  looks.watches(bo);
  await world.passes(TOLD_MS);
  return { ada, bo, looks };
}
