import { Elysia } from "elysia";
import * as z from "zod";
import { roomActor } from "../../durable/address.ts";
import { MessagePageSchema, ReceiptAnswerSchema, TextBodySchema } from "../../schema/http.ts";
import { limits } from "../../schema/limits.ts";
import { contextOf } from "../context.ts";
import { valueOf } from "./answer.ts";
import { signedIn } from "./authenticate.ts";
import { noBody, signedInBody } from "./body.ts";
import { commandIdOf } from "./command-id.ts";
import { operation } from "./operation.ts";
import { MessagePathSchema, RoomPathSchema } from "./paths.ts";
import { wholeNumber } from "./query.ts";

const PageQuerySchema = z.strictObject({
  before: wholeNumber(1).optional(),
  limit: wholeNumber(1, limits.page_messages_max).default(limits.page_messages),
});

const list = operation(
  "messages",
  "listMessages",
  "A page of messages, oldest first, ending before a seq",
);
const send = operation("messages", "sendMessage", "Send a message", {
  idempotent: true,
  refusals: ["text_too_long", "not_allowed", "command_id_reused", "slow_down"],
});
const change = {
  idempotent: true,
  refusals: ["not_author", "message_deleted", "command_id_reused", "slow_down"],
} as const;
const edit = operation("messages", "editMessage", "Edit one's own message", {
  ...change,
  refusals: [...change.refusals, "text_too_long"],
});
const remove = operation("messages", "deleteMessage", "Delete one's own message", change);
const receipt = { params: MessagePathSchema, response: { 200: ReceiptAnswerSchema } };

export const messages = new Elysia({ prefix: "/v1/rooms/:room_id/messages" })
  .use(signedIn)
  .get(
    "",
    async ({ request, params, query, caller }) => {
      const page = { before: query.before ?? null, limit: query.limit };
      return valueOf(
        await roomActor(contextOf(request).env, params.room_id).messages(caller, page),
      );
    },
    {
      ...list,
      params: RoomPathSchema,
      query: PageQuerySchema,
      response: { 200: MessagePageSchema },
    },
  )
  .post(
    "",
    async ({ request, params, body, caller, status }) => {
      const command = {
        type: "send",
        command_id: commandIdOf(request, caller.user_id),
        text: body.text,
      };
      return status(
        201,
        valueOf(await roomActor(contextOf(request).env, params.room_id).command(caller, command)),
      );
    },
    {
      ...signedInBody(TextBodySchema),
      ...send,
      params: RoomPathSchema,
      response: { 201: ReceiptAnswerSchema },
    },
  )
  .patch(
    "/:message_id",
    async ({ request, params, body, caller }) => {
      const { room_id, message_id } = params;
      const command = {
        type: "edit",
        command_id: commandIdOf(request, caller.user_id),
        message_id,
        text: body.text,
      };
      return valueOf(await roomActor(contextOf(request).env, room_id).command(caller, command));
    },
    { ...signedInBody(TextBodySchema), ...edit, ...receipt },
  )
  .delete(
    "/:message_id",
    async ({ request, params, caller }) => {
      const { room_id, message_id } = params;
      const command = {
        type: "delete",
        command_id: commandIdOf(request, caller.user_id),
        message_id,
      };
      return valueOf(await roomActor(contextOf(request).env, room_id).command(caller, command));
    },
    { ...noBody, ...remove, ...receipt },
  );
