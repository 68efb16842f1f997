import type { Written } from "../../schema/encodings.ts";
import type { LogFields, LogLevel } from "../../schema/telemetry.ts";

/**
 * The actor's world, through one small port: storage, clock, randomness, sockets, alarm, signature.
 * Cloudflare's end is host-cloudflare.ts; host-local.ts runs the same actor on Node, Deno and Bun.
 */
export interface Host {
  readonly sql: SqlPort;
  readonly sockets: SocketPort;
  readonly signer: Signer;
  /** Milliseconds. It may stand still inside a handler and may step back between two. */
  now(): number;
  random(bytes: number): Uint8Array;
  /** Wakes the actor at about this time, even if it was evicted. Part of the running transaction. */
  setAlarm(at_ms: number): void;
  /** Forgets everything that is stored, the alarm too. What is asked afterwards finds an actor that never was. */
  clear(): Promise<void>;
  /** Runs the work in a later turn, after what has arrived meanwhile. Forgotten if the actor dies. */
  later(work: () => void): void;
  log(level: LogLevel, event: string, fields: LogFields): void;
}

/** Booleans are left out on purpose: an actor's storage binds `true` as the text "true". */
export type SqlValue = string | number | null;
export type SqlRow = Record<string, SqlValue>;

export interface SqlPort {
  /** One statement with positional parameters `?1 … ?n`. */
  exec(query: string, bindings: readonly SqlValue[]): SqlRow[];
  /** All or nothing, nested where one runs already. The work is synchronous: see `transact`. */
  transaction<T>(work: () => T): T;
}

export interface SocketPort {
  /** Every socket that is open, those from before an eviction included. */
  all(): readonly HostSocket[];
}

export interface HostSocket {
  send(data: Written): void;
  close(code: number, reason: string): void;
  /** What the socket remembers over hibernation. */
  load(): unknown;
  save(attachment: unknown): void;
  /** When its last `ping` was answered, which wakes nobody; null where there was none. */
  pinged_at(): number | null;
}

export interface Signer {
  readonly key_id: string;
  /** Ed25519, at once: a signature belongs to the transaction that it vouches for. */
  sign(statement: Uint8Array): Uint8Array;
}
