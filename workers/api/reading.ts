import { Elysia } from "elysia";
import * as z from "zod";
import { roomActor } from "../../durable/address.ts";
import {
  CountedMessagesSchema,
  DeliveredBodySchema,
  ReadersSchema,
  UnreadBodySchema,
} from "../../schema/http-room-own.ts";
import { ReadAnswerSchema, ReadBodySchema, ReceiptAnswerSchema } from "../../schema/http.ts";
import { contextOf } from "../context.ts";
import { valueOf } from "./answer.ts";
import { signedIn } from "./authenticate.ts";
import { signedInBody } from "./body.ts";
import { commandOperation, operation } from "./operation.ts";
import { MessagePathSchema, RoomPathSchema } from "./paths.ts";
import { wholeNumber } from "./query.ts";
import { command, question } from "./room-calls.ts";

/** How far one has received and read a room, what is left, and who has read what. */
const read = operation("reading", "markRead", "How far one has read; it only grows", {
  refusals: ["slow_down"],
});
const delivered = operation("reading", "markDelivered", "How far one has received; it only grows");
const unread = commandOperation("reading", "markUnread", "Mark as unread from a message on");
const explain = operation("reading", "explainBadge", "The messages that one's badge counts");
const readers = operation("reading", "listReaders", "Who has received and who has read a message", {
  refusals: ["receipts_off"],
});
const ExplainQuerySchema = z.strictObject({ after: wholeNumber(0).default(0) });

export const reading = new Elysia({ prefix: "/v1/rooms/:room_id" })
  .use(signedIn)
  .put(
    "/read",
    async ({ request, params: { room_id }, body, caller }) =>
      valueOf(await roomActor(contextOf(request).env, room_id).read(caller, body.seq)),
    {
      ...signedInBody(ReadBodySchema),
      ...read,
      params: RoomPathSchema,
      response: { 200: ReadAnswerSchema },
    },
  )
  .put(
    "/delivered",
    async ({ request, params: { room_id }, body, caller, set }) => {
      valueOf(await roomActor(contextOf(request).env, room_id).delivered(caller, body.seq));
      set.status = 204;
    },
    { ...signedInBody(DeliveredBodySchema), ...delivered, params: RoomPathSchema },
  )
  .put(
    "/unread",
    ({ request, params: { room_id }, body }) =>
      command(request, room_id, { type: "unread", ...body }),
    {
      ...signedInBody(UnreadBodySchema),
      ...unread,
      params: RoomPathSchema,
      response: { 200: ReceiptAnswerSchema },
    },
  )
  .get(
    "/badge/explain",
    ({ request, params: { room_id }, query }) =>
      question(request, room_id, { type: "badge", ...query }),
    {
      ...explain,
      params: RoomPathSchema,
      query: ExplainQuerySchema,
      response: { 200: CountedMessagesSchema },
    },
  )
  .get(
    "/messages/:message_id/readers",
    ({ request, params: { room_id, message_id } }) =>
      question(request, room_id, { type: "readers", message_id }),
    { ...readers, params: MessagePathSchema, response: { 200: ReadersSchema } },
  );
