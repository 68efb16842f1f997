import { Elysia } from "elysia";
import { inboxActor, roomActor } from "../../durable/address.ts";
import { TicketBodySchema, TicketSchema } from "../../schema/http.ts";
import { contextOf } from "../context.ts";
import { refuse } from "../refused.ts";
import { valueOf } from "./answer.ts";
import { identityOf, signedIn, tokensOf } from "./authenticate.ts";
import { signedInBody } from "./body.ts";
import { operation } from "./operation.ts";

const create = operation(
  "tickets",
  "createTicket",
  "Get a ticket that opens one socket, once: to a room, or without one to one's own inbox",
  {
    refusals: ["not_found", "too_many", "too_many_sockets"],
  },
);

export const tickets = new Elysia({ prefix: "/v1/tickets" }).use(signedIn).post(
  "",
  async ({ request, body, caller, status }) => {
    const context = contextOf(request);
    const { room_id } = body;
    const { user_id, device_id } = caller;
    // A socket both reads and writes, so a program's token needs both scopes.
    const { scopes } = await identityOf(request);
    if (scopes !== null && !scopes.includes("read")) refuse("scope_missing");
    // The room itself says whether the caller is a member.
    if (room_id !== null) valueOf(await roomActor(context.env, room_id).view(caller));
    // The inbox counts its user's sockets, which is said here since a browser cannot read why an upgrade was refused; and it notes which rooms a device may have sockets in, to end them together with its session.
    valueOf(await inboxActor(context.env, user_id).mayOpen(device_id, room_id));
    const origin = request.headers.get("origin");
    const { token, expires_at } = await tokensOf(context).issueTicket({
      user_id,
      device_id,
      room_id,
      origin,
    });
    return status(201, { ticket: token, expires_at });
  },
  { ...signedInBody(TicketBodySchema), ...create, response: { 201: TicketSchema } },
);
