import type { InboxDown } from "../../schema/frames/inbox/down.ts";
import type { InboxUp } from "../../schema/frames/inbox/up.ts";
import { deriveId, type DeviceId, type UserId } from "../../schema/ids.ts";
import { refusal, type Refusal, type RefusalCode } from "../../schema/refusals.ts";
import { openInbox, type InboxHandle } from "../../client/inbox.ts";
import {
  createClient,
  memoryStorage,
  type Client,
  type ClientOptions,
  type Fetch,
} from "../../client/index.ts";
import { FakeClock } from "./fake-clock.ts";
import { FakeInbox } from "./fake-inbox.ts";

const OPEN = 1;
const CLOSED = 3;
export const ACCESS_MS = 900_000;

export class HomeSocket {
  readyState = 0;
  live = false;
  readonly up: InboxUp[] = [];
  readonly device_id: DeviceId;
  readonly url: string;
  readonly #home: FakeHome;
  #onMessage: (event: { data: unknown }) => void = () => {};
  #onClose: (event: { code: number }) => void = () => {};

  constructor(home: FakeHome, device_id: DeviceId, url: string) {
    this.#home = home;
    this.device_id = device_id;
    this.url = url;
    queueMicrotask(() => {
      this.readyState = OPEN;
      home.sockets.push(this);
      this.down(home.inbox.hello(device_id));
    });
  }

  addEventListener(type: "message" | "close", listener: unknown): void {
    if (type === "message") this.#onMessage = listener as (event: { data: unknown }) => void;
    else this.#onClose = listener as (event: { code: number }) => void;
  }

  send(text: string): void {
    if (text === "ping") return queueMicrotask(() => this.down("pong"));
    const frame = JSON.parse(text) as InboxUp;
    this.up.push(frame);
    queueMicrotask(() => this.#home.answers(this, frame));
  }

  close(): void {
    this.readyState = CLOSED;
    this.#home.sockets = this.#home.sockets.filter((one) => one !== this);
  }

  down(frame: InboxDown | string): void {
    if (this.readyState === OPEN)
      this.#onMessage({ data: typeof frame === "string" ? frame : JSON.stringify(frame) });
  }

  breaks(code = 1006): void {
    this.close();
    this.#onClose({ code });
  }
}

/** A deployment with one person in it: their inbox, and the sessions of their devices. */
export class FakeHome {
  readonly clock = new FakeClock();
  readonly me: UserId = deriveId("user", "ada");
  readonly inbox = new FakeInbox(this.me);
  sockets: HomeSocket[] = [];
  /** `METHOD /path token` */
  readonly requests: string[] = [];
  way: (frame: InboxDown, socket: HomeSocket) => InboxDown[] = (frame) => [frame];
  refuse: (frame: InboxUp) => Refusal | null = () => null;
  /** Answers that are made, and lost on their way back. */
  lost = 0;
  /** Of each device: the number of its current token, and until when its access token holds. */
  readonly sessions = new Map<DeviceId, { token: number; replaced_at: number; until: number }>();

  client(name: string, more: Partial<ClientOptions> = {}): Client {
    const home = this;
    const device_id = deriveId("device", name);
    const WebSocket = class {
      constructor(url: string) {
        return new HomeSocket(home, device_id, url);
      }
    } as unknown as NonNullable<ClientOptions["WebSocket"]>;
    return createClient({
      url: "https://quoth.test",
      fetch: (url, request) => this.fetch(device_id, url, request),
      WebSocket,
      clock: this.clock,
      random: () => 0.5,
      storage: memoryStorage(),
      ...more,
    });
  }

  async opens(
    name: string,
    more: Partial<ClientOptions> = {},
  ): Promise<{ client: Client; inbox: InboxHandle }> {
    const client = this.client(name, more);
    await client.signIn({ handle: "ada", password: "correct horse battery" });
    const inbox = openInbox(client);
    await this.clock.advance(50);
    return { client, inbox };
  }

  socketOf(name: string): HomeSocket {
    const socket = this.sockets.findLast((one) => one.device_id === deriveId("device", name));
    if (socket === undefined) throw new Error("no line");
    return socket;
  }

  asked = (path: string): number => this.requests.filter((one) => one.includes(path)).length;

  signsOut(name: string): void {
    this.sessions.delete(deriveId("device", name));
    for (const socket of [...this.sockets])
      if (socket.device_id === deriveId("device", name)) socket.breaks(4100);
  }

  tells(after: number): void {
    for (const socket of [...this.sockets])
      if (socket.live) this.send(socket, this.inbox.since(after));
  }

  send(socket: HomeSocket, frame: InboxDown): void {
    for (const one of this.way(frame, socket)) socket.down(one);
  }

  answers(socket: HomeSocket, frame: InboxUp): void {
    const { inbox } = this;
    if (frame.type === "resume") {
      socket.live = true;
      return this.send(socket, inbox.answer(frame.position));
    }
    if (frame.type === "watch" || frame.type === "activity" || frame.type === "ack") return;
    const { command_id } = frame;
    const refused = this.refuse(frame);
    if (refused !== null)
      return this.send(socket, { type: "refused", command_id, refusal: refused });
    const before = inbox.seq;
    const reply = inbox.command(frame, socket.device_id);
    if (inbox.seq > before) this.tells(before);
    this.send(socket, { type: "accepted", command_id, ...reply });
  }

  async fetch(
    device_id: DeviceId,
    url: string,
    { method, headers, body }: Parameters<Fetch>[1],
  ): ReturnType<Fetch> {
    const { pathname } = new URL(url);
    const token = headers["authorization"] ?? "cookie";
    this.requests.push(`${method} ${pathname} ${token}`);
    const answer = this.#answer(device_id, pathname, { token, body: JSON.parse(body ?? "{}") });
    if (this.lost > 0) {
      this.lost -= 1;
      throw new TypeError("terminated");
    }
    return answer;
  }

  #answer(
    device_id: DeviceId,
    path: string,
    asked: { token: string; body: { refresh_token?: string } },
  ) {
    const now = this.clock.now();
    const session = this.sessions.get(device_id);
    if (path === "/v1/auth/login") {
      this.sessions.set(device_id, { token: 1, replaced_at: -Infinity, until: now + ACCESS_MS });
      return json(200, this.#session(device_id));
    }
    if (path === "/v1/auth/refresh") return this.#refreshed(device_id, asked.body.refresh_token);
    const holds =
      session !== undefined &&
      now < session.until &&
      (asked.token === "cookie" || asked.token === `Bearer access-${session.token}`);
    if (!holds) return problem("unauthenticated");
    if (path === "/v1/tickets") return json(200, { ticket: "t", expires_at: 0 });
    return json(200, this.#session(device_id));
  }

  #refreshed(device_id: DeviceId, brought: string | undefined) {
    const now = this.clock.now();
    const session = this.sessions.get(device_id);
    if (session === undefined) return problem("unauthenticated");
    const number = Number(brought?.split("-")[1] ?? session.token);
    const again = number === session.token - 1 && now - session.replaced_at <= 30_000;
    if (number !== session.token && !again) return problem("token_reused");
    const next = { token: number + 1, replaced_at: again ? session.replaced_at : now };
    this.sessions.set(device_id, { ...next, until: now + ACCESS_MS });
    return json(200, this.#session(device_id));
  }

  #session(device_id: DeviceId): unknown {
    const session = this.sessions.get(device_id);
    return {
      user: { user_id: this.me, handle: "ada", display_name: "Ada" },
      account: {},
      device_id,
      access_token: `access-${session?.token}`,
      refresh_token: `refresh-${session?.token}`,
      expires_at: session?.until ?? 0,
    };
  }
}

const json = (status: number, body: unknown) => ({
  status,
  text: async () => JSON.stringify(body),
});

function problem(code: RefusalCode) {
  const { text, retryable } = refusal(code);
  return json(401, {
    type: `/docs#${code}`,
    title: text,
    status: 401,
    code,
    retryable,
    request_id: "request_1",
  });
}
