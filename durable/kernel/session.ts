import * as v from "valibot";
import { CallerSchema } from "../../schema/caller.ts";
import { EncodingSchema } from "../../schema/encodings.ts";
import { ID_RANDOM_BYTES, makeId } from "../../schema/ids.ts";
import { limits } from "../../schema/limits.ts";
import type { Opening } from "../../schema/rpc.ts";
import type { Host, HostSocket } from "./host.ts";

/**
 * What an actor knows about one socket. It must survive hibernation, so it lives in the socket's attachment,
 * with a version: an attachment written by older code is read or dropped, never misread.
 */
const SessionSchema = v.object({
  v: v.literal(3),
  socket_id: v.string(),
  caller: CallerSchema,
  /** The protocol's version that was agreed on when the socket was opened. */
  version: v.number(),
  /** How frames are written on it, likewise. */
  encoding: EncodingSchema,
  /** Waiting until the client has said where it stands; live once it has been brought up to the head. */
  state: v.picklist(["waiting", "live"]),
  opened_at: v.number(),
  /** When the device was last known to be signed in. */
  checked_at: v.number(),
  /** Since when nobody uses the device; null while somebody does. Inboxes only. */
  idle_since: v.nullable(v.number()),
});
export type Session = v.InferOutput<typeof SessionSchema>;

export class AttachmentTooLarge extends Error {}

export function newSession(host: Host, { caller, version, encoding }: Opening): Session {
  const now = host.now();
  return {
    v: 3,
    socket_id: makeId("socket", now, host.random(ID_RANDOM_BYTES)),
    caller,
    version,
    encoding,
    state: "waiting",
    opened_at: now,
    // A ticket is given to a session that holds, and lives for half a minute.
    checked_at: now,
    idle_since: null,
  };
}

export function saveSession(socket: HostSocket, session: Session): void {
  if (JSON.stringify(session).length > limits.attachment_bytes) throw new AttachmentTooLarge();
  socket.save(session);
}

export function loadSession(socket: HostSocket): Session | null {
  const parsed = v.safeParse(SessionSchema, socket.load());
  return parsed.success ? parsed.output : null;
}

/** When a socket last gave a sign of life. */
export function heardAt(socket: HostSocket, session: Session): number {
  return Math.max(session.opened_at, socket.pinged_at() ?? 0);
}

/** Whether a socket has been silent for longer than a living client would be. */
export function isDead(socket: HostSocket, session: Session, now_ms: number): boolean {
  return now_ms - heardAt(socket, session) > limits.dead_socket_ms;
}
