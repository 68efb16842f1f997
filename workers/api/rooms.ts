import { Elysia } from "elysia";
import type { InferOutput } from "valibot";
import { inboxActor, roomActor } from "../../durable/address.ts";
import type { Caller } from "../../schema/caller.ts";
import {
  ChangeRoomBodySchema,
  CreatedRoomSchema,
  CreateRoomBodySchema,
  ReceiptAnswerSchema,
  RoomViewSchema,
} from "../../schema/http.ts";
import type { UserId } from "../../schema/ids.ts";
import { createdRoomId, directRoomId } from "../../schema/ids.ts";
import type { RequestContext } from "../context.ts";
import { contextOf } from "../context.ts";
import { refuse } from "../refused.ts";
import { createAttempts } from "../services/attempts.ts";
import { valueOf } from "./answer.ts";
import { signedIn } from "./authenticate.ts";
import { noBody, signedInBody } from "./body.ts";
import { commandIdOf } from "./command-id.ts";
import { requireUsers } from "./known-users.ts";
import { commandOperation, operation } from "./operation.ts";
import { RoomPathSchema } from "./paths.ts";
import { command } from "./room-calls.ts";
import { welcomeTo } from "./welcoming.ts";

const create = commandOperation(
  "rooms",
  "createRoom",
  "Create a room; a direct one that exists is answered with 200",
  { refusals: ["not_reachable"] },
);
const view = operation("rooms", "getRoom", "A room as its member sees it");
const change = commandOperation(
  "rooms",
  "changeRoom",
  "Change a room's words or settings, archive it or bring it back",
  { refusals: ["not_allowed", "direct_room", "room_archived"] },
);
const join = commandOperation("rooms", "joinRoom", "Join a channel", {
  refusals: ["already_member", "room_full", "room_archived"],
});
const leave = commandOperation("rooms", "leaveRoom", "Leave a room", {
  refusals: ["direct_room"],
});
const receipt = { params: RoomPathSchema, response: { 200: ReceiptAnswerSchema } };

export const rooms = new Elysia({ prefix: "/v1/rooms" })
  .use(signedIn)
  .post(
    "",
    async ({ request, body, caller, status }) => {
      const context = contextOf(request);
      const command_id = commandIdOf(request, caller.user_id);
      // The id follows from the command or from the two people, so a retry reaches the same room, and its receipt.
      const direct = body.kind === "direct";
      const room_id = direct
        ? directRoomId(caller.user_id, body.with)
        : createdRoomId(caller.user_id, command_id);
      await createAttempts(context.env).newRoom(caller.user_id);
      await requireUsers(context, named(body), direct ? "with" : "members");
      const room = roomActor(context.env, room_id);
      if (body.kind === "direct" && !(await isReachable(context, caller, body.with))) {
        // Who has a room together already keeps it, and to the others it is not there.
        const here = await room.view(caller);
        if (!here.ok) refuse("not_reachable");
        return status(200, { room_id, receipt: null, replayed: false });
      }
      if (body.kind !== "direct") await requireReachable(context, caller, body.members);
      const answer = await room.command(caller, { type: "create", command_id, ...body });
      if (direct && !answer.ok && answer.refusal.code === "room_exists") {
        return status(200, { room_id, receipt: null, replayed: false });
      }
      const created = valueOf(answer);
      if (body.kind !== "direct") welcomeTo(context, room_id, [caller.user_id, ...body.members]);
      return status(201, { room_id, ...created });
    },
    {
      ...signedInBody(CreateRoomBodySchema),
      ...create,
      response: { 200: CreatedRoomSchema, 201: CreatedRoomSchema },
    },
  )
  .get(
    "/:room_id",
    async ({ request, params, caller }) =>
      valueOf(await roomActor(contextOf(request).env, params.room_id).view(caller)),
    { ...view, params: RoomPathSchema, response: { 200: RoomViewSchema } },
  )
  .patch(
    "/:room_id",
    ({ request, params, body }) => command(request, params.room_id, { type: "change", ...body }),
    { ...signedInBody(ChangeRoomBodySchema), ...change, ...receipt },
  )
  .post(
    "/:room_id/join",
    async ({ request, params: { room_id }, caller }) => {
      const joined = await command(request, room_id, { type: "join" });
      welcomeTo(contextOf(request), room_id, [caller.user_id]);
      return joined;
    },
    { ...noBody, ...join, ...receipt },
  )
  .post(
    "/:room_id/leave",
    ({ request, params }) => command(request, params.room_id, { type: "leave" }),
    { ...noBody, ...leave, ...receipt },
  );

function named(body: InferOutput<typeof CreateRoomBodySchema>): readonly UserId[] {
  return body.kind === "direct" ? [body.with] : body.members;
}

/** Whether somebody takes a direct room from the caller: their own setting, and whom they have blocked. */
async function isReachable(
  { env }: RequestContext,
  caller: Caller,
  user_id: UserId,
): Promise<boolean> {
  if (user_id === caller.user_id) return true;
  const room_ids = await inboxActor(env, caller.user_id).roomIds();
  return inboxActor(env, user_id).takesDirect(caller.user_id, room_ids);
}

/** A group of two is a direct room by another name: whoever is brought into a new room is asked as for one. */
async function requireReachable(
  context: RequestContext,
  caller: Caller,
  user_ids: readonly UserId[],
): Promise<void> {
  if (user_ids.length === 0) return;
  const room_ids = await inboxActor(context.env, caller.user_id).roomIds();
  const others = [...new Set(user_ids)].filter((user_id) => user_id !== caller.user_id);
  const taken = await Promise.all(
    others.map((user_id) => inboxActor(context.env, user_id).takesDirect(caller.user_id, room_ids)),
  );
  if (taken.includes(false)) refuse("not_reachable");
}
