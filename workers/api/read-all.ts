import { Elysia } from "elysia";
import { inboxActor, roomActor } from "../../durable/address.ts";
import { AllReadSchema } from "../../schema/http-own.ts";
import { limits } from "../../schema/limits.ts";
import { atMost } from "../at-most.ts";
import { contextOf } from "../context.ts";
import { valueOf } from "./answer.ts";
import { signedIn } from "./authenticate.ts";
import { noBody } from "./body.ts";
import { operation } from "./operation.ts";

const read = operation(
  "inbox",
  "markAllRead",
  "Have read every room to its end; doing it again does nothing more",
);

/** Every room takes a cursor for as far as it goes, and none takes it back. */
const END = Number.MAX_SAFE_INTEGER;

export const readAll = new Elysia({ prefix: "/v1/me/read" }).use(signedIn).put(
  "",
  async ({ request, caller }) => {
    const { env } = contextOf(request);
    const { rooms } = valueOf(await inboxActor(env, caller.user_id).state(caller));
    const unread = rooms.filter(
      ({ badge, mentions, unread_seq }) => badge > 0 || mentions > 0 || unread_seq !== null,
    );
    const answers = await atMost(limits.rooms_at_once, unread, ({ room_id }) =>
      roomActor(env, room_id).read(caller, END),
    );
    // One that was left a moment ago has nothing to read.
    return { rooms: answers.filter(({ ok }) => ok).length };
  },
  { ...noBody, ...read, response: { 200: AllReadSchema } },
);
