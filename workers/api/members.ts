import { Elysia } from "elysia";
import * as v from "valibot";
import * as z from "zod";
import {
  AddMemberBodySchema,
  MembersAnswerSchema,
  MuteBodySchema,
  ReceiptAnswerSchema,
  RoleBodySchema,
} from "../../schema/http.ts";
import type { RoomId, UserId } from "../../schema/ids.ts";
import { UserIdSchema } from "../../schema/ids.ts";
import { limits } from "../../schema/limits.ts";
import type { User } from "../../schema/user.ts";
import { contextOf } from "../context.ts";
import type { Bindings } from "../env.ts";
import { historyDatabases } from "../env.ts";
import { followMembers } from "../services/follow-members.ts";
import { historyOf } from "../services/history.ts";
import { createRoomMembers } from "../services/room-members.ts";
import { signedIn } from "./authenticate.ts";
import { noBody, signedInBody } from "./body.ts";
import { requireUsers } from "./known-users.ts";
import { commandOperation, operation } from "./operation.ts";
import { MemberPathSchema, RoomPathSchema } from "./paths.ts";
import { wholeNumber } from "./query.ts";
import { command, question } from "./room-calls.ts";
import { welcomeTo } from "./welcoming.ts";

const UserIdText = z.string().refine((text): text is UserId => v.is(UserIdSchema, text));

/** A page of all of them, or those whose handle or name begins so. */
const MembersQuerySchema = z
  .strictObject({
    query: z.string().min(1).max(limits.name_characters).optional(),
    after: UserIdText.optional(),
    limit: wholeNumber(1, limits.snapshot_members).optional(),
  })
  .refine(
    ({ query, after, limit }) => query === undefined || (after ?? limit) === undefined,
    "a query has no pages",
  );

const list = operation(
  "members",
  "listMembers",
  "A page of the room's members; with a query, the users among them whose handle or name begins so",
);
const refusals = ["not_allowed", "direct_room", "room_archived"] as const;
const add = commandOperation("members", "addMember", "Add a user to a room", {
  refusals: [...refusals, "already_member", "room_full"],
});
const remove = commandOperation("members", "removeMember", "Remove a member from a room", {
  refusals,
});
const changeRole = commandOperation("members", "changeRole", "Give a member another role", {
  refusals: [...refusals, "last_owner"],
});
const mute = commandOperation("members", "muteMember", "Let a member only read until a time", {
  refusals,
});
const unmute = commandOperation("members", "unmuteMember", "Let a muted member write again", {
  refusals,
});
const receipt = { response: { 200: ReceiptAnswerSchema } };
const member = { params: MemberPathSchema, ...receipt };

export const members = new Elysia({ prefix: "/v1/rooms/:room_id/members" })
  .use(signedIn)
  .get(
    "",
    async ({ request, params: { room_id }, query: { query, ...page } }) => {
      if (query === undefined) return question(request, room_id, { type: "members", ...page });
      // The room says who may ask; who is meant is found among the names, which it does not know.
      await question(request, room_id, { type: "members", limit: 1 });
      return { users: await named(contextOf(request).env, room_id, query) };
    },
    {
      ...list,
      params: RoomPathSchema,
      query: MembersQuerySchema,
      response: { 200: MembersAnswerSchema },
    },
  )
  .post(
    "",
    async ({ request, params: { room_id }, body: { user_id } }) => {
      const context = contextOf(request);
      await requireUsers(context, [user_id], "user_id");
      const added = await command(request, room_id, { type: "add", user_id });
      welcomeTo(context, room_id, [user_id]);
      return added;
    },
    { ...signedInBody(AddMemberBodySchema), ...add, params: RoomPathSchema, ...receipt },
  )
  .delete(
    "/:user_id",
    ({ request, params: { room_id, user_id } }) =>
      command(request, room_id, { type: "remove", user_id }),
    { ...noBody, ...remove, ...member },
  )
  .put(
    "/:user_id/role",
    ({ request, params: { room_id, user_id }, body: { role } }) =>
      command(request, room_id, { type: "role", user_id, role }),
    { ...signedInBody(RoleBodySchema), ...changeRole, ...member },
  )
  .put(
    "/:user_id/mute",
    ({ request, params: { room_id, user_id }, body: { muted_until } }) =>
      command(request, room_id, { type: "mute", user_id, muted_until }),
    { ...signedInBody(MuteBodySchema), ...mute, ...member },
  )
  .delete(
    "/:user_id/mute",
    ({ request, params: { room_id, user_id } }) =>
      command(request, room_id, { type: "mute", user_id, muted_until: null }),
    { ...noBody, ...unmute, ...member },
  );

/** A room that has not been spoken in since names are kept is followed when somebody first asks. */
async function named(env: Bindings, room_id: RoomId, typed: string): Promise<User[]> {
  const members = createRoomMembers(env);
  if ((await members.at(room_id)) === null)
    await followMembers(room_id, { history: historyOf(room_id, historyDatabases(env)), members });
  return members.named(room_id, typed);
}
