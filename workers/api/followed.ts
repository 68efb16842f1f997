import { Elysia } from "elysia";
import * as z from "zod";
import {
  FollowBodySchema,
  FollowedThreadsSchema,
  ThreadReadBodySchema,
} from "../../schema/http-room-own.ts";
import { ReceiptAnswerSchema } from "../../schema/http.ts";
import { limits } from "../../schema/limits.ts";
import { signedIn } from "./authenticate.ts";
import { signedInBody } from "./body.ts";
import { commandOperation, operation } from "./operation.ts";
import { MessagePathSchema, RoomPathSchema } from "./paths.ts";
import { wholeNumber } from "./query.ts";
import { command, question } from "./room-calls.ts";

/** The threads that one follows: which, and how far one is in them. */
const PageQuerySchema = z.strictObject({
  before: wholeNumber(0).optional(),
  limit: wholeNumber(1, limits.threads_page_max).default(limits.threads_page),
});

const list = operation(
  "followed",
  "listFollowedThreads",
  "The threads that one follows, those with the newest replies first",
);
const refusals = ["not_a_root"] as const;
const follow = commandOperation("followed", "followThread", "Follow a message's thread, or not", {
  refusals,
});
const read = commandOperation("followed", "markThreadRead", "How far one has read in a thread", {
  refusals,
});
const receipt = { params: MessagePathSchema, response: { 200: ReceiptAnswerSchema } };

export const followed = new Elysia({ prefix: "/v1/rooms/:room_id" })
  .use(signedIn)
  .get(
    "/threads",
    ({ request, params: { room_id }, query: { before = null, limit } }) =>
      question(request, room_id, { type: "threads", before, limit }),
    {
      ...list,
      params: RoomPathSchema,
      query: PageQuerySchema,
      response: { 200: FollowedThreadsSchema },
    },
  )
  .put(
    "/messages/:message_id/thread/follow",
    ({ request, params: { room_id, message_id }, body }) =>
      command(request, room_id, { type: "follow", message_id, ...body }),
    { ...signedInBody(FollowBodySchema), ...follow, ...receipt },
  )
  .put(
    "/messages/:message_id/thread/read",
    ({ request, params: { room_id, message_id }, body }) =>
      command(request, room_id, { type: "thread_read", message_id, ...body }),
    { ...signedInBody(ThreadReadBodySchema), ...read, ...receipt },
  );
