import { afterClose, closes } from "../schema/closes.ts";
import { sizeOf, type Codec } from "../schema/encodings.ts";
import { limits } from "../schema/limits.ts";
import type { Position } from "../schema/position.ts";
import { subprotocol, TICKET_PROTOCOL_PREFIX, wire } from "../schema/version.ts";
import type { Clock } from "./clock.ts";
import { QuothError, type FailureCode } from "./failure.ts";
import { backOffDelay, lineBackOff, STEADY_MS } from "./reconnect.ts";
import { openSocket, type Socket, type WebSocketClass } from "./socket.ts";

/**
 * The line to one room, or to one's own inbox.
 *
 *   idle ── open ──▶ connecting ── ticket, socket, hello, resume, answer ──▶ online
 *                       ▲  │                                                   │
 *            back-off,  │  └────────────▶ waiting ◀──────── line broke ────────┘
 *            or wake ───┴───────────────────┘
 *   401 from the ticket: signed_out, until `open` is called again. Not for this person, or a close code
 *   that says stop: closed, for good.
 */
export type ChannelName = "idle" | "connecting" | "online" | "waiting" | "signed_out" | "closed";

export interface ChannelStatus {
  name: ChannelName;
  /** Since when there has been no answering line; null while online. */
  away_since: number | null;
  /** Why it is closed: a refusal's code, or `removed`, `left`, `closed`. */
  reason: FailureCode | "removed" | "left" | "closed" | null;
}

/** The longest wait for a ticket, a hello or the answer to a resume. */
export const STEP_WITHIN_MS = 10_000;

/** What every greeting and every frame has; what else is in them is between the two who speak. */
type Greeting = { type: "hello" };
type Frame = { type: string };

export interface ChannelDeps<Hello extends Greeting, Down extends Frame> {
  url: string;
  /** Of the socket's route. */
  path: string;
  WebSocket: WebSocketClass;
  codec: Codec;
  clock: Clock;
  random(): number;
  ticket(): Promise<string>;
  position(): Position | null;
  /** Null for what the contract does not know: it is of a newer server, and there is nothing to do. */
  read(json: unknown): Hello | Down | null;
  /** Whether this is where one wanted to be, and whether one is who one was. */
  onHello(hello: Hello): "welcome" | "elsewhere" | "stranger";
  /** Every frame after the hello. */
  onFrame(frame: Down): void;
  onStatus(status: ChannelStatus): void;
}

export function createChannel<Hello extends Greeting, Down extends Frame>(
  deps: ChannelDeps<Hello, Down>,
) {
  const { clock, codec } = deps;
  let status: ChannelStatus = { name: "idle", away_since: clock.now(), reason: null };
  let socket: Socket | null = null;
  let attempt = 0;
  let greeted = false;
  /** What has been heard since the server was last told how far this reader is. */
  let unacked_bytes = 0;
  /** Answers that belong to an earlier line are not listened to. */
  let line = 0;
  let cancelStep = () => {};
  let cancelSteady = () => {};

  function become(name: ChannelName, reason: ChannelStatus["reason"] = null): void {
    const away_since = name === "online" ? null : (status.away_since ?? clock.now());
    status = { name, away_since, reason };
    deps.onStatus(status);
  }

  function hangUp(): void {
    line += 1;
    cancelStep();
    cancelSteady();
    socket?.close();
    socket = null;
    greeted = false;
  }

  function connect(): void {
    hangUp();
    const mine = line;
    become("connecting");
    within(STEP_WITHIN_MS);
    deps.ticket().then(
      (ticket) => mine === line && dial(ticket),
      (error: unknown) => mine === line && withoutTicket(error),
    );
  }

  function within(limit_ms: number): void {
    cancelStep();
    cancelStep = clock.after(limit_ms, wait);
  }

  function withoutTicket(error: unknown): void {
    const failure = error instanceof QuothError ? error : null;
    if (failure?.code === "unauthenticated") return stop("signed_out", failure.code);
    if (failure !== null && !failure.retryable) return stop("closed", failure.code);
    wait(failure?.retry_after_ms);
  }

  function dial(ticket: string): void {
    within(STEP_WITHIN_MS);
    const mine = line;
    // Those who came at the same time, and hear the same, need not all say so in the same moment.
    unacked_bytes = Math.floor((deps.random() * limits.ack_every_bytes) / 2);
    socket = openSocket({
      WebSocket: deps.WebSocket,
      clock,
      url: deps.url.replace(/^http/, "ws") + deps.path,
      protocols: [subprotocol(wire.version, codec.encoding), TICKET_PROTOCOL_PREFIX + ticket],
      onData: (data) => mine === line && hear(data),
      onClose: (code) => mine === line && broke(code),
    });
  }

  function broke(code: number): void {
    if (afterClose(code) !== "stop") return wait();
    stop("closed", code === closes.removed.code ? "removed" : "bad_version");
  }

  function hear(data: string | ArrayBuffer): void {
    const frame = deps.read(decode(data));
    if (frame !== null) take(frame);
    acknowledge(sizeOf(data));
  }

  /** The server closes a line whose reader it takes for too slow: so it is told, now and then, how far this one is. */
  function acknowledge(bytes: number): void {
    unacked_bytes += bytes;
    const position = deps.position();
    if (position === null || unacked_bytes < limits.ack_every_bytes) return;
    if (send({ type: "ack", seq: position.seq })) unacked_bytes = 0;
  }

  function take(frame: Hello | Down): void {
    if (isHello(frame)) return greet(frame);
    if (!greeted) return;
    // With nothing to build on, only a snapshot is an answer.
    if (frame.type === "events" && deps.position() === null) return;
    if (status.name !== "online" && (frame.type === "events" || frame.type === "snapshot")) {
      cancelStep();
      cancelSteady = clock.after(STEADY_MS, () => {
        attempt = 0;
      });
      // The frame first: who is told "online" may send at once, and should stand where the answer left off.
      deps.onFrame(frame);
      if (greeted) become("online");
      return;
    }
    deps.onFrame(frame);
  }

  function greet(hello: Hello): void {
    const whose = deps.onHello(hello);
    if (whose === "elsewhere") return wait();
    if (whose === "stranger") return stop("signed_out", "unauthenticated");
    greeted = true;
    within(STEP_WITHIN_MS);
    socket?.send(codec.encode({ type: "resume", position: deps.position() }));
  }

  /** Comes back with jitter, and not before the server wants it. */
  function wait(at_least_ms = 0): void {
    hangUp();
    const delay_ms = Math.max(at_least_ms, backOffDelay(attempt, deps.random(), lineBackOff));
    attempt += 1;
    become("waiting");
    cancelStep = clock.after(delay_ms, connect);
  }

  function stop(name: "signed_out" | "closed", reason: ChannelStatus["reason"]): void {
    hangUp();
    become(name, reason);
  }

  function send<F extends Frame>(frame: F): boolean {
    return status.name === "online" && (socket?.send(codec.encode(frame)) ?? false);
  }

  function decode(data: string | ArrayBuffer): unknown {
    try {
      return codec.decode(data);
    } catch {
      return null;
    }
  }

  return {
    status: () => status,

    /** First, or again after signing in. */
    open(): void {
      if (status.name === "idle" || status.name === "signed_out") connect();
    },

    send,

    /** The network is back, or someone looks again. */
    wake(): void {
      if (status.name === "waiting") connect();
      else if (status.name === "online") socket?.probe();
    },

    /** What came over this line cannot be used. */
    distrust: () => (status.name === "online" || status.name === "connecting" ? wait() : undefined),

    signOut: () => (status.name === "closed" ? undefined : stop("signed_out", "unauthenticated")),

    close(reason: ChannelStatus["reason"]): void {
      if (status.name !== "closed") stop("closed", reason);
    },
  };
}

const isHello = <Hello extends Greeting>(frame: Hello | Frame): frame is Hello =>
  frame.type === "hello";
