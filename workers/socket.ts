import * as v from "valibot";
import { roomActor } from "../durable/address.ts";
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
import type { TicketClaims } from "./services/tokens.ts";

/**
 * Opens a room's socket. A browser can set no header on it but the sub-protocols, so the ticket travels there and
 * never in the URL, which ends up in logs. The actor gets a request made here, with nothing of the client's in it;
 * it takes the ticket's id once.
 */
export async function openSocket(
  request: Request,
  context: RequestContext,
  room: string,
): Promise<Response> {
  context.route = "/v1/rooms/{room_id}/socket";
  if (request.headers.get("upgrade")?.toLowerCase() !== "websocket") refuse("upgrade_required");
  refuseForeignOrigin(request, context);
  const offered = offeredProtocols(request.headers.get("sec-websocket-protocol"));
  const version = spokenVersion(offered);
  if (version === null) return refuse("bad_version");
  const room_id = v.is(RoomIdSchema, room) ? room : refuse("not_found");
  const claims = await ticketClaims(offered, room_id, request.headers.get("origin"), context);
  context.user_id = claims.sub;
  const opening: Opening = {
    caller: { user_id: claims.sub, device_id: claims.device, request_id: context.request_id },
    room_id,
    version,
    ticket_id: claims.jti,
    ticket_expires_at: claims.exp * 1000,
  };
  const headers = {
    upgrade: "websocket",
    "sec-websocket-protocol": subprotocol(version),
    [OPENING_HEADER]: JSON.stringify(opening),
  };
  const response = await roomActor(context.env, room_id).fetch(
    new Request("https://room.quoth/socket", { headers }),
  );
  if (response.status !== 101) throw new Refused(v.parse(RefusalSchema, await response.json()));
  return response;
}

export function offeredProtocols(header: string | null): string[] {
  return (header ?? "")
    .split(",")
    .map((text) => text.trim())
    .filter((text) => text !== "");
}

/** The newest version that both sides speak. */
export function spokenVersion(offered: readonly string[]): number | null {
  for (let version: number = wire.version; version >= wire.floor; version -= 1) {
    if (offered.includes(subprotocol(version))) return version;
  }
  return null;
}

async function ticketClaims(
  offered: readonly string[],
  room_id: RoomId,
  origin: string | null,
  context: RequestContext,
): Promise<TicketClaims> {
  const ticket = offered
    .find((text) => text.startsWith(TICKET_PROTOCOL_PREFIX))
    ?.slice(TICKET_PROTOCOL_PREFIX.length);
  if (ticket === undefined || ticket.length > limits.ticket_characters)
    return refuse("ticket_refused");
  const claims = await tokensOf(context).verifyTicket(ticket);
  // A ticket that was taken from another page, or for another room, opens nothing here.
  if (!claims || claims.room !== room_id || claims.origin !== origin)
    return refuse("ticket_refused");
  return claims;
}
