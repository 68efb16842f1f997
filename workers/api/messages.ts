import { Elysia } from "elysia";
import * as z from "zod";
import { roomActor } from "../../durable/address.ts";
import {
  ForwardBodySchema,
  MessagePageSchema,
  ReceiptAnswerSchema,
  SendBodySchema,
  TextBodySchema,
} from "../../schema/http.ts";
import { limits } from "../../schema/limits.ts";
import { MessageSchema } from "../../schema/message.ts";
import { contextOf } from "../context.ts";
import { valueOf } from "./answer.ts";
import { signedIn } from "./authenticate.ts";
import { noBody, signedInBody } from "./body.ts";
import { commandOperation, operation } from "./operation.ts";
import { MessagePathSchema, RoomPathSchema } from "./paths.ts";
import { wholeNumber } from "./query.ts";
import { command, question } from "./room-calls.ts";
import { say } from "./saying.ts";

const PageQuerySchema = z.strictObject({
  before: wholeNumber(1).optional(),
  limit: wholeNumber(1, limits.page_messages_max).default(limits.page_messages),
});

/** What may keep somebody from saying anything here. */
const silent = ["read_only", "muted", "room_archived", "message_deleted"] as const;
const text = {
  refusals: [...silent, "text_too_long", "mention_not_allowed"],
  body_bytes: limits.large_body_bytes,
} as const;

const list = operation(
  "messages",
  "listMessages",
  "A page of messages, oldest first, ending before a seq",
);
const view = operation("messages", "getMessage", "A message as it reads now");
const send = commandOperation("messages", "sendMessage", "Send a message, or a reply in a thread", {
  ...text,
  refusals: [...text.refusals, "not_a_root"],
});
const forward = commandOperation(
  "messages",
  "forwardMessage",
  "Say again here what was said in another room that one is in",
  { refusals: silent },
);
const edit = commandOperation("messages", "editMessage", "Edit one's own message", {
  ...text,
  refusals: [...text.refusals, "not_author", "edit_window_over"],
});
const remove = commandOperation(
  "messages",
  "deleteMessage",
  "Delete one's own message, or another's where one's role allows it",
  { refusals: ["not_author", "message_deleted", "room_archived"] },
);
const restore = commandOperation(
  "messages",
  "restoreMessage",
  "Take back a deletion of one's own, for as long as the room allows it",
  { refusals: ["restore_window_over", "not_allowed", "room_archived"] },
);

const sent = { params: RoomPathSchema, response: { 201: ReceiptAnswerSchema } };
const changed = { params: MessagePathSchema, response: { 200: ReceiptAnswerSchema } };

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
    async ({ request, params, body, status }) =>
      status(201, await say(request, params.room_id, { type: "send", ...body })),
    { ...signedInBody(SendBodySchema), ...send, ...sent },
  )
  .post(
    "/forward",
    async ({ request, params, body, status }) =>
      status(201, await command(request, params.room_id, { type: "forward", ...body })),
    { ...signedInBody(ForwardBodySchema), ...forward, ...sent },
  )
  .get(
    "/:message_id",
    ({ request, params: { room_id, message_id } }) =>
      question(request, room_id, { type: "message", message_id }),
    { ...view, params: MessagePathSchema, response: { 200: MessageSchema } },
  )
  .patch(
    "/:message_id",
    ({ request, params: { room_id, message_id }, body }) =>
      say(request, room_id, { type: "edit", message_id, text: body.text }),
    { ...signedInBody(TextBodySchema), ...edit, ...changed },
  )
  .delete(
    "/:message_id",
    ({ request, params: { room_id, message_id } }) =>
      command(request, room_id, { type: "delete", message_id }),
    { ...noBody, ...remove, ...changed },
  )
  .put(
    "/:message_id/restore",
    ({ request, params: { room_id, message_id } }) =>
      command(request, room_id, { type: "restore", message_id }),
    { ...noBody, ...restore, ...changed },
  );
