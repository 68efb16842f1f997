import * as v from "valibot";
import { CallerSchema } from "../../schema/caller.ts";
import { limits } from "../../schema/limits.ts";
import type { HostSocket } from "./host.ts";

/**
 * What an actor knows about one socket. It must survive hibernation, so it lives in the socket's attachment,
 * with a version: an attachment written by older code is read or dropped, never misread.
 */
const SessionSchema = v.object({
  v: v.literal(1),
  socket_id: v.string(),
  caller: CallerSchema,
  /** The protocol's version that was agreed on when the socket was opened. */
  version: v.number(),
  /** Waiting until the client has said where it stands; live once it has been brought up to the head. */
  state: v.picklist(["waiting", "live"]),
});
export type Session = v.InferOutput<typeof SessionSchema>;

export class AttachmentTooLarge extends Error {}

export function saveSession(socket: HostSocket, session: Session): void {
  if (JSON.stringify(session).length > limits.attachment_bytes) throw new AttachmentTooLarge();
  socket.save(session);
}

export function loadSession(socket: HostSocket): Session | null {
  const parsed = v.safeParse(SessionSchema, socket.load());
  return parsed.success ? parsed.output : null;
}
