/**
 * The protocol's version. `hash` is that of both frame unions: a test fails when the wire has moved,
 * until the version is bumped and the hash renewed with `npm run check -- --renew-wire`.
 */
export const wire = {
  version: 1,
  /** The oldest version still spoken. */
  floor: 1,
  hash: "tzyz_RRJUBqYpb2JJDqQ1pfSilA3tJVI6ZnbWmPQmtQ",
  history: ["1: rooms with send, edit, delete, leave; resume and gaps; receipts"],
} as const;

/** What a client asks for in `Sec-WebSocket-Protocol`; its ticket travels there too, never in the URL. */
export const subprotocol = (version: number) => `quoth.v${version}`;
export const TICKET_PROTOCOL_PREFIX = "quoth.ticket.";
