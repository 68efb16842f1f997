import * as v from "valibot";
import type { RoomActor } from "../durable/address.ts";
import { inboxActor, roomActor } from "../durable/address.ts";
import { encodings } from "../schema/encodings.ts";
import type { RoomId } from "../schema/ids.ts";
import { RoomIdSchema } from "../schema/ids.ts";
import { limits } from "../schema/limits.ts";
import { RefusalSchema } from "../schema/refusals.ts";
import type { Opening } from "../schema/rpc.ts";
import { OPENING_HEADER } from "../schema/rpc.ts";
import { subprotocol, TICKET_PROTOCOL_PREFIX, wire } from "../schema/version.ts";
import { tokensOf } from "./api/authenticate.ts";
import { refuseForeignOrigin } from "./api/origin.ts";
import type { RequestContext } from "./context.ts";
import { Refused, refuse } from "./refused.ts";

/**
 * Opens a socket, to a room or to one's own inbox. A browser can set no header on it but the sub-protocols, so the
 * ticket travels there and never in the URL, which ends up in logs. The actor gets a request made here, with nothing
 * of the client's in it; it takes the ticket's id once.
 */
export async function openRoomSocket(
  request: Request,
  context: RequestContext,
  room: string,
): Promise<Response> {
  context.route = "/v1/rooms/{room_id}/socket";
  const offer = offerOf(request, context);
  const room_id = v.is(RoomIdSchema, room) ? room : refuse("not_found");
  const opening = await openingOf(offer, room_id, context);
  return handOver(roomActor(context.env, room_id), opening);
}

/** Whose inbox it is, the ticket says. */
export async function openInboxSocket(
  request: Request,
  context: RequestContext,
): Promise<Response> {
  context.route = "/v1/me/inbox/socket";
  const opening = await openingOf(offerOf(request, context), null, context);
  return handOver(inboxActor(context.env, opening.caller.user_id), opening);
}

interface Offer {
  spoken: Spoken;
  ticket: string | undefined;
  origin: string | null;
}

function offerOf(request: Request, context: RequestContext): Offer {
  if (request.headers.get("upgrade")?.toLowerCase() !== "websocket") refuse("upgrade_required");
  refuseForeignOrigin(request, context);
  const offered = offeredProtocols(request.headers.get("sec-websocket-protocol"));
  const spoken = spokenOf(offered) ?? refuse("bad_version");
  const ticket = offered
    .find((text) => text.startsWith(TICKET_PROTOCOL_PREFIX))
    ?.slice(TICKET_PROTOCOL_PREFIX.length);
  return { spoken, ticket, origin: request.headers.get("origin") };
}

async function openingOf(
  { spoken, ticket, origin }: Offer,
  room_id: RoomId | null,
  context: RequestContext,
): Promise<Opening> {
  if (ticket === undefined || ticket.length > limits.ticket_characters)
    return refuse("ticket_refused");
  const claims = await tokensOf(context).verifyTicket(ticket);
  // A ticket that was taken from another page, or for another room, opens nothing here.
  if (!claims || claims.room !== room_id || claims.origin !== origin)
    return refuse("ticket_refused");
  const { sub: user_id, device: device_id, jti: ticket_id, exp } = claims;
  context.user_id = user_id;
  const caller = { user_id, device_id, request_id: context.request_id };
  return { caller, room_id, ...spoken, ticket_id, ticket_expires_at: exp * 1000 };
}

async function handOver(actor: Pick<RoomActor, "fetch">, opening: Opening): Promise<Response> {
  const headers = {
    upgrade: "websocket",
    "sec-websocket-protocol": subprotocol(opening.version, opening.encoding),
    [OPENING_HEADER]: JSON.stringify(opening),
  };
  const response = await actor.fetch(new Request("https://actor.quoth/socket", { headers }));
  if (response.status !== 101) throw new Refused(v.parse(RefusalSchema, await response.json()));
  return response;
}

export function offeredProtocols(header: string | null): string[] {
  return (header ?? "")
    .split(",")
    .map((text) => text.trim())
    .filter((text) => text !== "");
}

type Spoken = Pick<Opening, "version" | "encoding">;

/** Everything that is spoken here, by what a client calls it. */
const known = new Map<string, Spoken>();
for (let version: number = wire.version; version >= wire.floor; version -= 1)
  for (const encoding of encodings)
    known.set(subprotocol(version, encoding), { version, encoding });

/** The first that is spoken here, in the client's own order: it knows best what is cheap for it. */
export function spokenOf(offered: readonly string[]): Spoken | null {
  return offered.map((name) => known.get(name)).find((spoken) => spoken !== undefined) ?? null;
}
