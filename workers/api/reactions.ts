import { Elysia } from "elysia";
import * as v from "valibot";
import * as z from "zod";
import { reactionEntries } from "../../schema/commands/message.ts";
import { ReactionPageSchema, ReceiptAnswerSchema } from "../../schema/http.ts";
import { signedIn } from "./authenticate.ts";
import { noBody } from "./body.ts";
import { commandOperation, operation } from "./operation.ts";
import { ReactionPathSchema } from "./paths.ts";
import { wholeNumber } from "./query.ts";
import { command, question } from "./room-calls.ts";

const PageQuerySchema = z.strictObject({ after: wholeNumber(0).default(0) });

const refusals = ["muted", "room_archived", "message_deleted"] as const;
const react = commandOperation("reactions", "react", "Choose an emoji for a message", {
  refusals: [...refusals, "too_many_reactions"],
});
const unreact = commandOperation("reactions", "unreact", "Take back one's choice of an emoji", {
  refusals,
});
const list = operation(
  "reactions",
  "listReactions",
  "Who chose an emoji for a message, the first of them first",
);
const receipt = { params: ReactionPathSchema, response: { 200: ReceiptAnswerSchema } };

/** The emoji is a part of the path, percent-encoded: so one chosen twice is chosen once. */
export const reactions = new Elysia({
  prefix: "/v1/rooms/:room_id/messages/:message_id/reactions/:emoji",
})
  .use(signedIn)
  .get(
    "",
    ({ request, params: { room_id, message_id, emoji }, query }) =>
      question(request, room_id, {
        type: "reactions",
        message_id,
        emoji: v.parse(reactionEntries.emoji, emoji),
        ...query,
      }),
    {
      ...list,
      params: ReactionPathSchema,
      query: PageQuerySchema,
      response: { 200: ReactionPageSchema },
    },
  )
  .put(
    "",
    ({ request, params: { room_id, message_id, emoji } }) =>
      command(request, room_id, { type: "react", message_id, emoji }),
    { ...noBody, ...react, ...receipt },
  )
  .delete(
    "",
    ({ request, params: { room_id, message_id, emoji } }) =>
      command(request, room_id, { type: "unreact", message_id, emoji }),
    { ...noBody, ...unreact, ...receipt },
  );
