import { createPrivateKey, createPublicKey, sign, verify } from "node:crypto";
import { DatabaseSync } from "node:sqlite";
import { fromBase64Url, headStatement } from "../../schema/chain.ts";
import type { Encoding, Written } from "../../schema/encodings.ts";
import type { Down } from "../../schema/frames/down.ts";
import type { MessageId, RoomId, UserId } from "../../schema/ids.ts";
import { deriveId, ID_RANDOM_BYTES, makeId } from "../../schema/ids.ts";
import type { Caller } from "../../schema/caller.ts";
import type { Head } from "../../schema/receipt.ts";
import { wire } from "../../schema/version.ts";
import { codecs } from "../../durable/kernel/codecs.ts";
import type { HostSocket, Signer } from "../../durable/kernel/host.ts";
import type { LocalHost, LocalWorld } from "../../durable/kernel/host-local.ts";
import { createLocalHost } from "../../durable/kernel/host-local.ts";
import type { RoomEngine } from "../../durable/room/engine.ts";
import { createRoomEngine } from "../../durable/room/engine.ts";
import type { TextFolder, Texts } from "../../schema/text-files.ts";
import { refusal } from "../../schema/refusals.ts";
import type { Answer } from "../../schema/rpc.ts";
import { asReceived } from "./as-received.ts";
import { LocalInboxes } from "./local-inboxes.ts";
import type { Random } from "./random.ts";
import { seededRandom } from "./random.ts";

/** A key for tests only. It signs nothing that anyone should believe. */
const jwk = {
  kty: "OKP",
  crv: "Ed25519",
  d: "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",
  x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
};
const privateKey = createPrivateKey({ key: jwk as never, format: "jwk" });
const publicKey = createPublicKey(privateKey);

export const testPublicKey = {
  kty: "OKP",
  crv: "Ed25519",
  kid: "test",
  x: jwk.x,
  use: "sig",
} as const;
export const testSigner: Signer = {
  key_id: "test",
  sign: (statement) => sign(null, statement, privateKey),
};

export function headIsSigned(head: Head): boolean {
  return verify(null, headStatement(head), publicKey, fromBase64Url(head.signature));
}

const isSignal = ({ type }: Down): boolean => ["here", "typing", "whisper"].includes(type);

/** A socket without a network: what the room sends lies in `sent` until someone reads it. */
export class LocalSocket implements HostSocket {
  readonly sent: Written[] = [];
  encoding: Encoding = "json";
  closed: { code: number; reason: string } | null = null;
  last_ping_at: number | null = null;
  #attachment: unknown = null;
  readonly #signals: Down[] = [];
  readonly #others: Down[] = [];

  send(data: Written): void {
    if (this.closed) throw new Error("closed");
    this.sent.push(data);
  }
  close(code: number, reason: string): void {
    // As with a real one, what is said first counts.
    this.closed ??= { code, reason };
  }
  load(): unknown {
    return this.#attachment;
  }
  save(attachment: unknown): void {
    this.#attachment = attachment;
  }
  pinged_at(): number | null {
    return this.last_ping_at;
  }
  /** The frames since the last look, but for signals: those are looked at by who is interested in them. */
  frames(): Down[] {
    return this.#heard().filter((frame) => !isSignal(frame));
  }
  /** Who is here, who types, what is whispered: since the last look at signals. */
  signals(): Down[] {
    this.#others.push(...this.#heard().filter((frame) => !isSignal(frame)));
    return this.#signals.splice(0);
  }
  #heard(): Down[] {
    const all = this.sent
      .splice(0)
      .map((data) => codecs[this.encoding].decode(asReceived(data)) as Down);
    this.#signals.push(...all.filter(isSignal));
    return [...this.#others.splice(0), ...all];
  }
}

export const userId = (name: string): UserId => deriveId("user", name);
export const callerOf = (name: string): Caller => ({
  user_id: userId(name),
  device_id: deriveId("device", name),
  request_id: `request-of-${name}`,
});

/** The files of texts, by folder. */
export class LocalTexts implements Texts {
  readonly files = new Map<MessageId, string[]>();
  /** For a test: the store does not answer. */
  fails = false;

  async copy({ sha256, from, to }: Parameters<Texts["copy"]>[0]): Promise<void> {
    this.#answers();
    if (!this.files.get(from.message_id)?.includes(sha256)) throw new Error("no such text");
    this.files.set(to.message_id, [sha256]);
  }
  async erase({ message_id }: TextFolder): Promise<void> {
    this.#answers();
    this.files.delete(message_id);
  }
  #answers(): void {
    if (this.fails) throw new Error("the store does not answer");
  }
}

/** One room on the local host, through as many lives as a test wants, with its clock and its luck in the test's hand. */
export class LocalRoom {
  readonly room_id: RoomId = deriveId("room", "local");
  readonly world: LocalWorld = {
    db: new DatabaseSync(":memory:"),
    sockets: new Set(),
    alarm_at: null,
  };
  readonly random: Random;
  readonly notices: number[] = [];
  readonly logged: { level: string; event: string }[] = [];
  now_ms = 1_750_000_000_000;
  /** Work for a later turn. Each life has its own; what a dead one left behind does nothing. */
  later: (() => void)[] = [];
  step: (what: string) => void = () => {};
  /** What the members' inboxes know: truth that is not the room's, so it outlives the room's lives. */
  readonly inboxes = new LocalInboxes();
  deliver: (through_seq: number) => Promise<void> = async (through_seq) =>
    void this.notices.push(through_seq);
  /** Another room, as far as this one asks there. */
  neighbour: (room_id: RoomId, caller: Caller, query: unknown) => Answer<unknown> = () => ({
    ok: false,
    refusal: refusal("not_found"),
  });
  readonly texts = new LocalTexts();
  host!: LocalHost;
  engine!: RoomEngine;
  #tickets = 0;

  constructor(seed = 1) {
    this.random = seededRandom(seed);
    this.wake();
  }

  /** A new life over the same storage and sockets: what an eviction, and a crash that spares the sockets, leave. */
  wake(): void {
    this.later = [];
    this.host = createLocalHost({
      world: this.world,
      signer: testSigner,
      now: () => this.now_ms,
      random: (bytes) => this.random.bytes(bytes),
      later: (work) => void this.later.push(work),
      step: (what) => this.step(what),
      log: (level, event) => void this.logged.push({ level, event }),
    });
    this.engine = createRoomEngine(this.host, this.room_id, {
      archive: (through) => this.deliver(through),
      inbox: (user_id) => this.inboxes.of(user_id),
      room: (room_id) => ({ ask: async (caller, query) => this.neighbour(room_id, caller, query) }),
      texts: this.texts,
    });
  }

  /** Runs what waits for a later turn, and what that leads to. */
  settle(): void {
    for (let turn = this.later.shift(); turn; turn = this.later.shift()) turn();
  }

  newId<P extends string>(prefix: P) {
    return makeId(prefix, this.now_ms, this.random.bytes(ID_RANDOM_BYTES));
  }

  /** Opens a socket as the platform would, or says why not. */
  connect(
    name: string,
    { encoding = "json", caller = callerOf(name) }: { encoding?: Encoding; caller?: Caller } = {},
  ): LocalSocket | string {
    this.#tickets += 1;
    const opening = {
      caller,
      room_id: this.room_id,
      version: wire.version,
      encoding,
      ticket_id: `ticket-${this.#tickets}`,
      ticket_expires_at: this.now_ms + 30_000,
    };
    const admitted = this.engine.admit(opening);
    if (admitted.kind === "refused") return admitted.refusal.code;
    const socket = new LocalSocket();
    socket.encoding = encoding;
    this.world.sockets.add(socket);
    this.engine.welcome(this.host.socket(socket), opening);
    return socket;
  }

  /** A frame as its client would write it, or data as it is. */
  receive(socket: LocalSocket, frame: unknown): void {
    const is_data = typeof frame === "string" || frame instanceof ArrayBuffer;
    const data = is_data ? frame : asReceived(codecs[socket.encoding].encode(frame as object));
    this.engine.receive(this.host.socket(socket), data);
  }

  disconnect(socket: LocalSocket, code = 1006): void {
    this.world.sockets.delete(socket);
    this.engine.closed(this.host.socket(socket), code);
    socket.closed ??= { code, reason: "" };
  }

  /** The rows of a table, for comparing. */
  rows(table: string): Record<string, unknown>[] {
    return this.world.db
      .prepare(`SELECT * FROM ${table} ORDER BY 1`)
      .all()
      .map((row) => ({ ...row }));
  }
}
