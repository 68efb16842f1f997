/**
 * The protocol's version. `hash` is that of the frame unions, a room's and an inbox's: a test fails when the wire has moved,
 * until the version is bumped and the hash renewed with `npm run check -- --renew-wire`.
 */
export const wire = {
  version: 2,
  /** The oldest version still spoken. */
  floor: 1,
  hash: "tx9SvwP1126tnYlWqdaNklopEuyR1-ZQ74tZ4NN-8YY",
  history: [
    "1: rooms with send, edit, delete, leave; resume and gaps; receipts",
    "2: rooms take read; sockets close with 4100 when a session ends; inboxes",
  ],
} as const;

/** What a client asks for in `Sec-WebSocket-Protocol`; its ticket travels there too, never in the URL. */
export const subprotocol = (version: number) => `quoth.v${version}`;
export const TICKET_PROTOCOL_PREFIX = "quoth.ticket.";
