import { Elysia } from "elysia";
import { roomActor } from "../../durable/address.ts";
import { TicketBodySchema, TicketSchema } from "../../schema/http.ts";
import { contextOf } from "../context.ts";
import { valueOf } from "./answer.ts";
import { signedIn, tokensOf } from "./authenticate.ts";
import { signedInBody } from "./body.ts";
import { operation } from "./operation.ts";

const create = operation(
  "tickets",
  "createTicket",
  "Get a ticket that opens one socket to one room, once",
  {
    refusals: ["not_found"],
  },
);

export const tickets = new Elysia({ prefix: "/v1/tickets" }).use(signedIn).post(
  "",
  async ({ request, body, caller, status }) => {
    const context = contextOf(request);
    const { room_id } = body;
    // The room itself says whether the caller is a member.
    valueOf(await roomActor(context.env, room_id).view(caller));
    const origin = request.headers.get("origin");
    const { user_id, device_id } = caller;
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
