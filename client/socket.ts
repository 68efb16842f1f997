import type { Written } from "../schema/encodings.ts";
import { limits } from "../schema/limits.ts";
import type { Clock } from "./clock.ts";

/** The parts of the web's WebSocket that are used here, so that every runtime's own class fits. */
export interface WebSocketLike {
  readonly readyState: number;
  binaryType?: string;
  send(data: Written): void;
  close(code?: number, reason?: string): void;
  addEventListener(type: "message", listener: (event: { data: unknown }) => void): void;
  addEventListener(type: "close", listener: (event: { code: number }) => void): void;
}
export type WebSocketClass = new (url: string, protocols: string[]) => WebSocketLike;

export const PING_EVERY_MS = limits.heartbeat_ms;
export const PONG_WITHIN_MS = 10_000;
/** After a sleep or a change of network the line is tested at once, and with less patience. */
export const PROBE_WITHIN_MS = 3_000;

const OPEN = 1;
/** What a browser reports when the line broke; used where the client itself finds it dead. */
const BROKEN = 1006;

export interface SocketDeps {
  WebSocket: WebSocketClass;
  clock: Clock;
  url: string;
  protocols: string[];
  onData(data: string | ArrayBuffer): void;
  /** Called once, unless `close` was called first. */
  onClose(code: number): void;
}

export interface Socket {
  /** False where the line is not open: the caller keeps what it wanted to say. */
  send(data: Written): boolean;
  probe(): void;
  close(): void;
}

/** The one file that touches WebSocket: frames, an end, and a heartbeat that notices a dead line. */
export function openSocket(deps: SocketDeps): Socket {
  const { clock } = deps;
  const line = new deps.WebSocket(deps.url, deps.protocols);
  // Bytes that can be read at once; a browser would give a Blob.
  line.binaryType = "arraybuffer";
  let over = false;
  let is_tested = false;
  let cancel = clock.after(PING_EVERY_MS, () => ping(PONG_WITHIN_MS));

  function ping(within_ms: number): void {
    cancel();
    is_tested = true;
    send("ping");
    cancel = clock.after(within_ms, () => end(BROKEN));
  }

  /**
   * Whatever is heard shows that the line is alive, but not to the other end: by its pings the server knows the living
   * from the dead, also those who have much to listen to.
   */
  function heard(): void {
    if (!is_tested) return;
    cancel();
    is_tested = false;
    cancel = clock.after(PING_EVERY_MS, () => ping(PONG_WITHIN_MS));
  }

  function send(data: Written): boolean {
    if (over || line.readyState !== OPEN) return false;
    line.send(data);
    return true;
  }

  function end(code: number): void {
    if (over) return;
    stop();
    deps.onClose(code);
  }

  function stop(): void {
    over = true;
    cancel();
    line.close(1000);
  }

  line.addEventListener("message", ({ data }) => {
    if (over || !(typeof data === "string" || data instanceof ArrayBuffer)) return;
    heard();
    if (data !== "pong") deps.onData(data);
  });
  line.addEventListener("close", ({ code }) => end(code));

  return { send, probe: () => ping(PROBE_WITHIN_MS), close: () => (over ? undefined : stop()) };
}
