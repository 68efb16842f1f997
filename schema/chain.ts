import { sha256 } from "@noble/hashes/sha2.js";
import canonicalize from "canonicalize";
import type { LogEvent } from "./events.ts";
import type { RoomId } from "./ids.ts";
import type { Head } from "./receipt.ts";

/**
 * The chain, in one place for the room that writes it and for everyone who checks it.
 *
 *   genesis   = H("quoth/genesis/1" ‖ room_id)                  prev_hash of the first event
 *   body_hash = H("quoth/body/1" ‖ salt ‖ canonical body)
 *   hash      = H("quoth/entry/1" ‖ prev_hash ‖ body_hash ‖ canonical header)
 *
 * H is SHA-256, canonical is RFC 8785, and hashes enter as their 32 bytes. The salt, 16 random bytes for
 * each body, keeps an erased body from being guessed back from its hash. The epoch is not part of it:
 * a log that moves keeps its hashes. Each input begins with its own label, so none can pass for another.
 */
const encoder = new TextEncoder();
const label = (text: string) => encoder.encode(`${text}\n`);
const GENESIS = label("quoth/genesis/1");
const BODY = label("quoth/body/1");
const ENTRY = label("quoth/entry/1");

export const SALT_BYTES = 16;
const HASH_BYTES = 32;

export type Header = Pick<LogEvent, "seq" | "type" | "at" | "actor" | "device" | "command_id">;

export function genesisHash(room_id: RoomId): string {
  return hash(GENESIS, encoder.encode(room_id));
}

export function bodyHash(salt: string, body: Readonly<Record<string, unknown>>): string {
  return hash(BODY, fromBase64Url(salt), canonicalBytes(body));
}

export function entryHash(prev_hash: string, body_hash: string, header: Header): string {
  const { seq, type, at, actor, device, command_id } = header;
  return hash(
    ENTRY,
    fromBase64Url(prev_hash),
    fromBase64Url(body_hash),
    canonicalBytes({ seq, type, at, actor, device, command_id }),
  );
}

/** An entry that follows `prev_hash`, with the hashes that belong to it. */
export function linked(
  prev_hash: string,
  header: Header,
  { body, salt }: { body: Record<string, unknown>; salt: string },
): LogEvent {
  const body_hash = bodyHash(salt, body);
  return {
    ...header,
    body,
    salt,
    body_hash,
    prev_hash,
    hash: entryHash(prev_hash, body_hash, header),
  };
}

/** What the deployment signs. */
export function headStatement(head: Omit<Head, "signature">): Uint8Array<ArrayBuffer> {
  const { room_id, epoch, seq, hash: head_hash, key_id } = head;
  return canonicalBytes({
    statement: "quoth/head/1",
    room_id,
    epoch,
    seq,
    hash: head_hash,
    key_id,
  });
}

export type ChainFault = "seq" | "prev_hash" | "body_hash" | "hash";

/** What is wrong with an event that is to follow `prev_hash` as number `seq`; null where nothing is. */
export function chainFault(event: LogEvent, seq: number, prev_hash: string): ChainFault | null {
  if (event.seq !== seq) return "seq";
  if (event.prev_hash !== prev_hash) return "prev_hash";
  if (!bodyHolds(event)) return "body_hash";
  return entryHash(event.prev_hash, event.body_hash, event) === event.hash ? null : "hash";
}

/** Body and salt are both there or both erased: a body without its salt proves nothing. */
function bodyHolds({ body, salt, body_hash }: LogEvent): boolean {
  if (!isExact(body_hash, HASH_BYTES)) return false;
  if (body === null || salt === null) return body === salt;
  return isExact(salt, SALT_BYTES) && bodyHash(salt, body) === body_hash;
}

/** Base64url has spare bits: only the one spelling of so many bytes is taken, so that no changed text passes. */
function isExact(text: string, bytes: number): boolean {
  if (text.length !== Math.ceil((bytes * 8) / 6) || !/^[\w-]+$/.test(text)) return false;
  return toBase64Url(fromBase64Url(text)) === text;
}

/** RFC 8785 in bytes. The input comes from the schema, so it is JSON and well-formed. */
export function canonicalBytes(value: unknown): Uint8Array<ArrayBuffer> {
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError("not a JSON value");
  return encoder.encode(text) as Uint8Array<ArrayBuffer>;
}

export function sha256Text(value: unknown): string {
  return toBase64Url(sha256(canonicalBytes(value)));
}

function hash(...parts: readonly Uint8Array[]): string {
  const hasher = sha256.create();
  for (const part of parts) hasher.update(part);
  return toBase64Url(hasher.digest());
}

export function toBase64Url(bytes: Uint8Array): string {
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

export function fromBase64Url(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i += 1) bytes[i] = binary.charCodeAt(i);
  return bytes;
}
