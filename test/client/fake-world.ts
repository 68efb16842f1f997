import { json as jsonCodec, type Codec } from "../../schema/encodings.ts";
import type { Down } from "../../schema/frames/down.ts";
import type { Up } from "../../schema/frames/up.ts";
import { deriveId, type UserId } from "../../schema/ids.ts";
import { refusal, type Refusal, type RefusalCode } from "../../schema/refusals.ts";
import {
  createClient,
  memoryStorage,
  type Client,
  type Fetch,
  type OutboxStorage,
  type RoomHandle,
} from "../../client/index.ts";
import type { OutboxCommand } from "../../client/outbox.ts";
import { asReceived } from "../support/as-received.ts";
import { FakeClock } from "./fake-clock.ts";
import { deviceOf, FakeRoom, publicKey } from "./fake-room.ts";

const OPEN = 1;
const CLOSED = 3;
const limits = { frame_bytes: 131_072, text_bytes: 65_536 };

/** One line of one person to the room. What the test changes in `world` decides what happens on it. */
export class FakeSocket {
  readyState = 0;
  live = false;
  /** What it said, as text in whatever encoding it was said. */
  readonly up: string[] = [];
  readonly url: string;
  readonly protocols: string[];
  readonly #world: FakeWorld;
  readonly user_id: UserId;
  #onMessage: (event: { data: unknown }) => void = () => {};
  #onClose: (event: { code: number }) => void = () => {};

  constructor(world: FakeWorld, user_id: UserId, url: string, protocols: string[]) {
    this.#world = world;
    this.user_id = user_id;
    this.url = url;
    this.protocols = protocols;
    queueMicrotask(() => (world.reachable ? this.#open() : this.breaks()));
  }

  #open(): void {
    this.readyState = OPEN;
    this.#world.sockets.push(this);
    const { room } = this.#world;
    const role = room.data().members.get(this.user_id)?.role ?? "member";
    const position = { epoch: room.epoch, seq: room.events.length };
    const who = { user_id: this.user_id, device_id: deviceOf(this.user_id), role };
    this.down({
      type: "hello",
      version: 1,
      room_id: room.room_id,
      ...who,
      position,
      at: 0,
      limits,
    });
  }

  addEventListener(type: "message" | "close", listener: unknown): void {
    if (type === "message") this.#onMessage = listener as (event: { data: unknown }) => void;
    else this.#onClose = listener as (event: { code: number }) => void;
  }

  send(data: string | Uint8Array): void {
    this.up.push(typeof data === "string" ? data : JSON.stringify(this.#world.read(data)));
    this.#world.hears(this, data);
  }

  close(): void {
    this.readyState = CLOSED;
    this.#world.sockets = this.#world.sockets.filter((one) => one !== this);
  }

  down(frame: Down | string): void {
    if (this.readyState !== OPEN) return;
    const data = typeof frame === "string" ? frame : this.#world.codec.encode(frame);
    this.#onMessage({ data: asReceived(data) });
  }

  breaks(code = 1006): void {
    this.close();
    this.#onClose({ code });
  }
}

/** A deployment of one room, in memory, with an unreliable network if the test wants one. */
export class FakeWorld {
  readonly clock = new FakeClock();
  readonly ada: UserId = deriveId("user", "ada");
  readonly bo: UserId = deriveId("user", "bo");
  room = new FakeRoom(this.clock.now, this.ada, this.bo);
  sockets: FakeSocket[] = [];
  reachable = true;
  signedIn = true;
  /** Another tab has signed in as someone else: the cookie is theirs now. */
  signedInAs: UserId | null = null;
  pongs = true;
  ticketRefusal: RefusalCode | null = null;
  /** Refuses commands before they have an effect. */
  refuse: (command: OutboxCommand) => Refusal | null = () => null;
  /** What a frame becomes on its way down: none, one, or more. */
  way: (frame: Down, socket: FakeSocket) => Down[] = (frame) => [frame];
  requests: string[] = [];
  /** Who said that they have read up to where. */
  reads: [UserId, number][] = [];
  /** Up to where somebody said that they have received everything. */
  acks: number[] = [];
  /** How frames are written on every line. */
  codec: Codec = jsonCodec;
  snapshotMessages = 50;
  /** Where history begins for those who read here. */
  first_seq = 1;

  client(user_id: UserId, storage: OutboxStorage = memoryStorage()): Client {
    const world = this;
    const WebSocket = class {
      constructor(url: string, protocols: string[]) {
        return new FakeSocket(world, world.signedInAs ?? user_id, url, protocols);
      }
    } as unknown as NonNullable<Parameters<typeof createClient>[0]["WebSocket"]>;
    const fetch: Fetch = (url, request) =>
      world.answers(world.signedInAs ?? user_id, url, request.method);
    return createClient({
      url: "https://quoth.test",
      fetch,
      WebSocket,
      storage,
      clock: this.clock,
      random: () => 0.5,
      codec: this.codec,
    });
  }

  async opens(
    user_id: UserId,
    storage?: OutboxStorage,
  ): Promise<{ client: Client; room: RoomHandle; texts(): string[] }> {
    const client = this.client(user_id, storage);
    await client.me();
    const room = client.openRoom(this.room.room_id);
    await this.clock.advance(50);
    return {
      client,
      room,
      texts: () => room.state().messages.map((message) => message.text ?? "–"),
    };
  }

  socketOf(user_id: UserId): FakeSocket {
    const socket = this.sockets.findLast((one) => one.user_id === user_id);
    if (socket === undefined) throw new Error("no line");
    return socket;
  }

  /** What happened is told to everyone who is live. */
  tells(after: number): void {
    for (const socket of [...this.sockets])
      if (socket.live) this.#send(socket, this.room.frame(after));
  }

  #send(socket: FakeSocket, frame: Down): void {
    for (const one of this.way(frame, socket)) socket.down(one);
  }

  read = (data: string | Uint8Array) => this.codec.decode(asReceived(data)) as Up;

  hears(socket: FakeSocket, data: string | Uint8Array): void {
    if (data === "ping") return this.pongs ? queueMicrotask(() => socket.down("pong")) : undefined;
    const frame = this.read(data);
    // An answer is never heard within the call that asked for it.
    queueMicrotask(() => this.#answer(socket, frame));
  }

  #answer(socket: FakeSocket, frame: Up): void {
    const { room } = this;
    if (frame.type === "resume") {
      socket.live = true;
      const { position } = frame;
      const since =
        position?.epoch === room.epoch && position.seq <= room.events.length ? position.seq : null;
      return this.#send(
        socket,
        since === null ? room.snapshot(this.snapshotMessages, socket.user_id) : room.frame(since),
      );
    }
    if (frame.type === "gap")
      return this.#send(socket, room.frame(frame.after, frame.through, frame.ref));
    if (frame.type === "ack") return void this.acks.push(frame.seq);
    if (frame.type === "read") return void this.reads.push([socket.user_id, frame.seq]);
    if (frame.type === "ask") return this.#answerAsk(socket, frame);
    if (frame.type === "delivered" || frame.type === "typing" || frame.type === "whisper") return;
    const { command_id } = frame;
    const before = room.events.length;
    const outcome = this.refuse(frame) ?? room.command(socket.user_id, frame);
    if ("code" in outcome)
      return this.#send(socket, { type: "refused", command_id, refusal: outcome });
    if (room.events.length > before) this.tells(before);
    this.#send(socket, { type: "accepted", command_id, ...outcome });
  }

  async answers(user_id: UserId, url: string, method: string): ReturnType<Fetch> {
    const { pathname, searchParams } = new URL(url);
    this.requests.push(`${method} ${pathname}`);
    if (!this.reachable) throw new TypeError("failed to fetch");
    if (pathname === "/v1/keys") return json(200, { keys: [publicKey] });
    if (!this.signedIn && pathname !== "/v1/auth/login") return problem("unauthenticated");
    const user = { user_id, handle: "someone", display_name: "Someone", created_at: 0 };
    const account = { mail: null };
    const tokens = { access_token: "token", expires_at: 0, refresh_token: "" };
    const session = { user, account, device_id: deviceOf(user_id), ...tokens };
    if (pathname === "/v1/auth/login") this.signedIn = true;
    if (pathname === "/v1/me" || pathname === "/v1/auth/login") return json(200, session);
    if (pathname === "/v1/tickets") {
      return this.ticketRefusal === null
        ? json(200, { ticket: "t", expires_at: 0 })
        : problem(this.ticketRefusal);
    }
    if (pathname.endsWith("/events"))
      return json(
        200,
        this.#events(Number(searchParams.get("after")), Number(searchParams.get("limit"))),
      );
    if (pathname.endsWith("/messages"))
      return json(
        200,
        this.#page(Number(searchParams.get("before")), Number(searchParams.get("limit"))),
      );
    return problem("no_such_route");
  }

  #answerAsk(socket: FakeSocket, { ref, query }: Extract<Up, { type: "ask" }>) {
    const { room } = this;
    const data = room.data(socket.user_id);
    const position = { epoch: room.epoch, seq: room.events.length };
    const message = data.messages.find(
      (one) => "message_id" in query && one.message_id === query.message_id,
    );
    const answer =
      query.type === "pins"
        ? { messages: data.messages.filter(({ pinned_at }) => pinned_at !== null) }
        : query.type === "message"
          ? message
          : undefined;
    const frame: Down =
      answer === undefined
        ? { type: "refused", ref, refusal: refusal("not_found") }
        : { type: "answer", ref, position, answer };
    this.#send(socket, frame);
  }

  #events(from: number, limit: number): unknown {
    const after = Math.max(from, this.first_seq - 1);
    const events = this.room.events.slice(after, after + limit);
    const last = events.at(-1)?.seq ?? after;
    return {
      first_seq: this.first_seq,
      epoch: this.room.epoch,
      events,
      head: this.room.head(),
      after: last < this.room.events.length ? last : null,
    };
  }

  #page(before: number, limit: number): unknown {
    const older = this.room.data().messages.filter((message) => message.seq < before);
    const messages = older.slice(-limit);
    const position = { epoch: this.room.epoch, seq: this.room.events.length };
    return { position, messages, before: older.length > limit ? (messages[0]?.seq ?? null) : null };
  }
}

const json = (status: number, body: unknown) => ({
  status,
  text: async () => JSON.stringify(body),
});

function problem(code: RefusalCode) {
  const { text, retryable } = refusal(code);
  const status = code === "unauthenticated" ? 401 : code === "not_found" ? 404 : 503;
  return json(status, {
    type: `/docs#${code}`,
    title: text,
    status,
    code,
    retryable,
    request_id: "request_1",
  });
}
