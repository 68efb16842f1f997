import { createPrivateKey, createPublicKey, sign, verify } from "node:crypto";
import { DatabaseSync } from "node:sqlite";
import { fromBase64Url, headStatement } from "../../schema/chain.ts";
import type { Down } from "../../schema/frames/down.ts";
import type { RoomId, UserId } from "../../schema/ids.ts";
import { deriveId, ID_RANDOM_BYTES, makeId } from "../../schema/ids.ts";
import type { Caller } from "../../schema/caller.ts";
import type { Head } from "../../schema/receipt.ts";
import type { HostSocket, Signer } from "../../durable/kernel/host.ts";
import type { LocalHost, LocalWorld } from "../../durable/kernel/host-local.ts";
import { createLocalHost } from "../../durable/kernel/host-local.ts";
import type { RoomEngine } from "../../durable/room/engine.ts";
import { createRoomEngine } from "../../durable/room/engine.ts";
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

/** A socket without a network: what the room sends lies in `sent` until someone reads it. */
export class LocalSocket implements HostSocket {
  readonly sent: string[] = [];
  closed: { code: number; reason: string } | null = null;
  last_ping_at: number | null = null;
  #attachment: unknown = null;

  send(text: string): void {
    if (this.closed) throw new Error("closed");
    this.sent.push(text);
  }
  close(code: number, reason: string): void {
    this.closed = { code, reason };
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
  /** The frames since the last look. */
  frames(): Down[] {
    return this.sent.splice(0).map((text) => JSON.parse(text) as Down);
  }
}

export const userId = (name: string): UserId => deriveId("user", name);
export const callerOf = (name: string): Caller => ({
  user_id: userId(name),
  device_id: deriveId("device", name),
  request_id: `request-of-${name}`,
});

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
  connect(name: string): LocalSocket | string {
    this.#tickets += 1;
    const opening = {
      caller: callerOf(name),
      room_id: this.room_id,
      version: 1,
      ticket_id: `ticket-${this.#tickets}`,
      ticket_expires_at: this.now_ms + 30_000,
    };
    const admitted = this.engine.admit(opening);
    if (admitted.kind === "refused") return admitted.refusal.code;
    const socket = new LocalSocket();
    this.world.sockets.add(socket);
    this.engine.welcome(this.host.socket(socket), opening);
    return socket;
  }

  receive(socket: LocalSocket, frame: unknown): void {
    const text = typeof frame === "string" ? frame : JSON.stringify(frame);
    this.engine.receive(this.host.socket(socket), text);
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
