import { Elysia } from "elysia";
import type { InferOutput } from "valibot";
import { inboxActor, roomActor } from "../../durable/address.ts";
import type { Caller } from "../../schema/caller.ts";
import {
  AddMemberBodySchema,
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
import { createAccounts } from "../services/accounts.ts";
import { createAttempts } from "../services/attempts.ts";
import { valueOf } from "./answer.ts";
import { signedIn } from "./authenticate.ts";
import { noBody, signedInBody } from "./body.ts";
import { commandIdOf } from "./command-id.ts";
import { operation } from "./operation.ts";
import { RoomPathSchema } from "./paths.ts";

const create = operation(
  "rooms",
  "createRoom",
  "Create a room; a direct one that exists is answered with 200",
  {
    idempotent: true,
    refusals: ["command_id_reused", "not_reachable", "slow_down"],
  },
);
const view = operation("rooms", "getRoom", "A room as its member sees it");
const add = operation("rooms", "addMember", "Add a user to a room", {
  idempotent: true,
  refusals: [
    "not_allowed",
    "already_member",
    "room_full",
    "direct_room",
    "command_id_reused",
    "slow_down",
  ],
});
const join = operation("rooms", "joinRoom", "Join a channel", {
  idempotent: true,
  refusals: ["already_member", "room_full", "command_id_reused", "slow_down"],
});
const leave = operation("rooms", "leaveRoom", "Leave a room", {
  idempotent: true,
  refusals: ["direct_room", "command_id_reused", "slow_down"],
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
      return status(201, { room_id, ...valueOf(answer) });
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
  .post(
    "/:room_id/members",
    async ({ request, params, body, caller }) => {
      const context = contextOf(request);
      const { user_id } = body;
      const command = { type: "add", command_id: commandIdOf(request, caller.user_id), user_id };
      await requireUsers(context, [user_id], "user_id");
      return valueOf(await roomActor(context.env, params.room_id).command(caller, command));
    },
    { ...signedInBody(AddMemberBodySchema), ...add, ...receipt },
  )
  .post(
    "/:room_id/join",
    async ({ request, params, caller }) => {
      const command = { type: "join", command_id: commandIdOf(request, caller.user_id) };
      return valueOf(
        await roomActor(contextOf(request).env, params.room_id).command(caller, command),
      );
    },
    { ...noBody, ...join, ...receipt },
  )
  .post(
    "/:room_id/leave",
    async ({ request, params, caller }) => {
      const command = { type: "leave", command_id: commandIdOf(request, caller.user_id) };
      return valueOf(
        await roomActor(contextOf(request).env, params.room_id).command(caller, command),
      );
    },
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

/** A room knows ids only, and would take a member that does not exist. */
async function requireUsers(
  context: RequestContext,
  ids: readonly UserId[],
  field: string,
): Promise<void> {
  const found = await createAccounts(context.env.DIRECTORY).usersByIds(ids);
  const here = found.filter((user) => user.kind !== "gone");
  const known = new Set(here.map((user) => user.user_id));
  if (!ids.every((id) => known.has(id))) refuse("invalid", { field });
}
