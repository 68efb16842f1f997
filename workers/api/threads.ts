import { Elysia } from "elysia";
import * as z from "zod";
import { ThreadPageSchema, VersionsSchema } from "../../schema/http.ts";
import { limits } from "../../schema/limits.ts";
import { signedIn } from "./authenticate.ts";
import { operation } from "./operation.ts";
import { MessagePathSchema } from "./paths.ts";
import { wholeNumber } from "./query.ts";
import { question } from "./room-calls.ts";

/** What has become of a message: the replies to it, and how it read before. */
const PageQuerySchema = z.strictObject({
  after: wholeNumber(0).default(0),
  limit: wholeNumber(1, limits.thread_page_max).default(limits.thread_page),
});

const thread = operation(
  "threads",
  "getThread",
  "A message and a page of the replies to it after a seq, oldest first",
  { refusals: ["not_a_root"] },
);
const versions = operation(
  "threads",
  "listVersions",
  "The texts that a message has had, oldest first; the last is how it reads now",
  { refusals: ["not_allowed"] },
);

export const threads = new Elysia({ prefix: "/v1/rooms/:room_id/messages/:message_id" })
  .use(signedIn)
  .get(
    "/thread",
    ({ request, params: { room_id, message_id }, query }) =>
      question(request, room_id, { type: "thread", message_id, ...query }),
    {
      ...thread,
      params: MessagePathSchema,
      query: PageQuerySchema,
      response: { 200: ThreadPageSchema },
    },
  )
  .get(
    "/versions",
    ({ request, params: { room_id, message_id } }) =>
      question(request, room_id, { type: "versions", message_id }),
    { ...versions, params: MessagePathSchema, response: { 200: VersionsSchema } },
  );
