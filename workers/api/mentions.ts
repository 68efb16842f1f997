import { Elysia } from "elysia";
import * as z from "zod";
import { inboxActor, roomActor } from "../../durable/address.ts";
import type { Caller } from "../../schema/caller.ts";
import { MentionPageSchema } from "../../schema/http-own.ts";
import type { RoomId, UserId } from "../../schema/ids.ts";
import type { CalledBefore, CalledPage } from "../../schema/inbox-rpc.ts";
import { limits } from "../../schema/limits.ts";
import type { Message } from "../../schema/message.ts";
import type { Role } from "../../schema/permissions.ts";
import type { QueryAnswer } from "../../schema/queries.ts";
import { atMost } from "../at-most.ts";
import type { RequestContext } from "../context.ts";
import { contextOf } from "../context.ts";
import { valueOf } from "./answer.ts";
import { signedIn } from "./authenticate.ts";
import { operation } from "./operation.ts";
import { wholeNumber } from "./query.ts";

/** Where the last page ended, as it was told: a time, and a place among what has that time. */
const PlaceText = z
  .string()
  .regex(/^\d{1,16}\.\d{1,16}$/)
  .transform((text): CalledBefore => {
    const [at = 0, place = 0] = text.split(".").map(Number);
    return { at, place };
  });
const MentionsQuerySchema = z.strictObject({
  before: PlaceText.optional(),
  limit: wholeNumber(1, limits.mentions_page_max).default(limits.mentions_page),
});

const list = operation(
  "mentions",
  "listMentions",
  "The messages that call one, over all rooms, newest first",
);

/** The inbox knows which messages called its person; what they say now, and whether one may read it, knows the room. */
export const mentions = new Elysia({ prefix: "/v1/me/mentions" }).use(signedIn).get(
  "",
  async ({ request, query, caller }) => {
    const context = contextOf(request);
    const inbox = inboxActor(context.env, caller.user_id);
    const asked = { before: query.before ?? null, limit: query.limit };
    const { called, before } = valueOf(await inbox.mentions(caller, asked));
    return {
      mentions: await asTheyAreNow(context, caller, called),
      before: before && `${before.at}.${before.place}`,
    };
  },
  { ...list, query: MentionsQuerySchema, response: { 200: MentionPageSchema } },
);

/** One question to each room. What is deleted, cannot be read or does not call any more is left out. */
async function asTheyAreNow(
  { env }: RequestContext,
  caller: Caller,
  called: CalledPage["called"],
): Promise<{ room_id: RoomId; message: Message }[]> {
  const rooms = [...Map.groupBy(called, ({ room_id }) => room_id)];
  const found = await atMost(limits.rooms_at_once, rooms, async ([room_id, calls]) => {
    const message_ids = calls.map(({ message_id }) => message_id);
    const answer = await roomActor(env, room_id).ask(caller, { type: "messages", message_ids });
    // A room that was left a moment ago has nothing for them.
    const { messages } = answer.ok ? (answer.value as QueryAnswer<"messages">) : { messages: [] };
    return messages.map((message): [string, Message] => [key(room_id, message), message]);
  });
  const messages = new Map(found.flat());
  return called.flatMap(({ room_id, message_id, role }) => {
    const message = messages.get(key(room_id, { message_id }));
    return message && callsNow(message, caller.user_id, role) ? [{ room_id, message }] : [];
  });
}

const key = (room_id: RoomId, { message_id }: Pick<Message, "message_id">) =>
  `${room_id} ${message_id}`;

/** Who was here when it was said is known to the room alone, which has told of it. */
function callsNow({ mentions: who, deleted_at }: Message, user_id: UserId, role: Role): boolean {
  if (who === null || deleted_at !== null) return false;
  return who.room || who.here || who.users.includes(user_id) || who.roles.includes(role);
}
