import type { Encoding } from "./encodings.ts";

/**
 * The protocol's version. `hash` is that of the frame unions, a room's and an inbox's: a test fails when the wire has moved,
 * until the version is bumped and the hash renewed with `npm run check -- --renew-wire`.
 */
export const wire = {
  version: 3,
  /** The oldest version still spoken. */
  floor: 3,
  hash: "fVlJQzAt5WZ_9FceUw0wcxP6qcjNCkUWuNy8df5-pFo",
  history: [
    "1: rooms with send, edit, delete, leave; resume and gaps; receipts",
    "2: rooms take read; sockets close with 4100 when a session ends; inboxes",
    "3: what a conversation can do; ask and answer; delivered, typing, here, whisper; CBOR beside JSON; ack, and 4001 for who is too slow. Nothing older was ever deployed, so nothing older is spoken",
  ],
} as const;

/** What a client asks for in `Sec-WebSocket-Protocol`; its ticket travels there too, never in the URL. */
export const subprotocol = (version: number, encoding: Encoding = "json") =>
  encoding === "json" ? `quoth.v${version}` : `quoth.v${version}.${encoding}`;
export const TICKET_PROTOCOL_PREFIX = "quoth.ticket.";
