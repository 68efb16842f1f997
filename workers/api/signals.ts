import { Elysia } from "elysia";
import { roomActor } from "../../durable/address.ts";
import {
  TypingBodySchema,
  WhisperBodySchema,
  WhisperedSchema,
} from "../../schema/http-room-own.ts";
import { contextOf } from "../context.ts";
import { valueOf } from "./answer.ts";
import { signedIn } from "./authenticate.ts";
import { signedInBody } from "./body.ts";
import { operation } from "./operation.ts";
import { RoomPathSchema } from "./paths.ts";

/** What is told to who has the room open, and not kept. */
const typing = operation("signals", "type", "Say that one types, or has stopped", {
  refusals: ["not_allowed", "read_only", "muted", "room_archived", "slow_down"],
});
const whisper = operation("signals", "whisper", "Say something to one member alone", {
  refusals: ["not_allowed", "direct_room", "room_archived", "muted", "text_too_long", "slow_down"],
});

export const signals = new Elysia({ prefix: "/v1/rooms/:room_id" })
  .use(signedIn)
  .put(
    "/typing",
    async ({ request, params: { room_id }, body: { on, parent }, caller, set }) => {
      valueOf(await roomActor(contextOf(request).env, room_id).typing(caller, on, parent));
      set.status = 204;
    },
    { ...signedInBody(TypingBodySchema), ...typing, params: RoomPathSchema },
  )
  .post(
    "/whispers",
    async ({ request, params: { room_id }, body, caller }) =>
      valueOf(await roomActor(contextOf(request).env, room_id).whisper(caller, body)),
    {
      ...signedInBody(WhisperBodySchema),
      ...whisper,
      params: RoomPathSchema,
      response: { 200: WhisperedSchema },
    },
  );
