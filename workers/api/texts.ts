import { Elysia } from "elysia";
import type { RequestContext } from "../context.ts";
import { contextOf } from "../context.ts";
import type { Message } from "../../schema/message.ts";
import type { RoomId } from "../../schema/ids.ts";
import { refuse } from "../refused.ts";
import { createLongTexts } from "../services/long-texts.ts";
import { signedIn } from "./authenticate.ts";
import { operation } from "./operation.ts";
import { MessagePathSchema } from "./paths.ts";
import { question } from "./room-calls.ts";

const read = operation("texts", "getText", "The whole text of a message, as it was written", {
  plain: true,
  refusals: ["message_deleted"],
});

/** A file to keep and no page to show: whatever is written in it, a browser makes nothing of it. */
const headers = {
  "content-type": "text/plain; charset=utf-8",
  "content-disposition": 'attachment; filename="message.txt"',
  "x-content-type-options": "nosniff",
  "cache-control": "no-store",
};

export const texts = new Elysia({ prefix: "/v1/rooms/:room_id/messages/:message_id/text" })
  .use(signedIn)
  .get(
    "",
    async ({ request, params: { room_id, message_id } }) => {
      const message = await question(request, room_id, { type: "message", message_id });
      if (message.text === null) return refuse("message_deleted");
      if (message.large === null) return new Response(message.text, { headers });
      return fileOf(contextOf(request), room_id, message);
    },
    { ...read, params: MessagePathSchema },
  );

/** Streamed from where it lies: ten megabytes of each reader would be too much for a Worker to hold. */
async function fileOf(
  { env, log }: RequestContext,
  room_id: RoomId,
  { message_id, large }: Pick<Message, "message_id" | "large">,
): Promise<Response> {
  const folder = { room_id, message_id };
  const file = large && (await createLongTexts(env.MEDIA).read(folder, large));
  if (file) {
    const length = { "content-length": String(file.size) };
    return new Response(file.body, { headers: { ...headers, ...length } });
  }
  // Erased since the room was asked; or lost, which must be seen.
  log("error", "text.missing", { room_id, message_id });
  return refuse("unavailable");
}
