import { Elysia } from "elysia";
import * as z from "zod";
import { roomActor } from "../../durable/address.ts";
import { EventPageSchema } from "../../schema/http.ts";
import { limits } from "../../schema/limits.ts";
import { contextOf } from "../context.ts";
import { valueOf } from "./answer.ts";
import { signedIn } from "./authenticate.ts";
import { operation } from "./operation.ts";
import { RoomPathSchema } from "./paths.ts";
import { wholeNumber } from "./query.ts";

const PageQuerySchema = z.strictObject({
  after: wholeNumber(0).default(0),
  limit: wholeNumber(1, limits.page_events_max).default(limits.page_events_max),
});

const list = operation(
  "events",
  "listEvents",
  "A page of a room's log after a seq, with the signed head",
);

export const events = new Elysia({ prefix: "/v1/rooms/:room_id/events" })
  .use(signedIn)
  .get(
    "",
    async ({ request, params, query, caller }) =>
      valueOf(await roomActor(contextOf(request).env, params.room_id).events(caller, query)),
    { ...list, params: RoomPathSchema, query: PageQuerySchema, response: { 200: EventPageSchema } },
  );
