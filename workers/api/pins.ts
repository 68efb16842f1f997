import { Elysia } from "elysia";
import { PinsSchema, ReceiptAnswerSchema } from "../../schema/http.ts";
import { signedIn } from "./authenticate.ts";
import { noBody } from "./body.ts";
import { commandOperation, operation } from "./operation.ts";
import { MessagePathSchema, RoomPathSchema } from "./paths.ts";
import { command, question } from "./room-calls.ts";

const refusals = ["not_allowed", "muted", "room_archived"] as const;
const list = operation("pins", "listPins", "The pinned messages, the last one pinned first");
const pin = commandOperation("pins", "pin", "Pin a message where everyone finds it", {
  refusals: [...refusals, "message_deleted", "too_many_pins"],
});
const unpin = commandOperation("pins", "unpin", "Unpin a message", { refusals });
const receipt = { params: MessagePathSchema, response: { 200: ReceiptAnswerSchema } };

export const pins = new Elysia({ prefix: "/v1/rooms/:room_id" })
  .use(signedIn)
  .get(
    "/pins",
    ({ request, params: { room_id } }) => question(request, room_id, { type: "pins" }),
    { ...list, params: RoomPathSchema, response: { 200: PinsSchema } },
  )
  .put(
    "/messages/:message_id/pin",
    ({ request, params: { room_id, message_id } }) =>
      command(request, room_id, { type: "pin", message_id }),
    { ...noBody, ...pin, ...receipt },
  )
  .delete(
    "/messages/:message_id/pin",
    ({ request, params: { room_id, message_id } }) =>
      command(request, room_id, { type: "unpin", message_id }),
    { ...noBody, ...unpin, ...receipt },
  );
