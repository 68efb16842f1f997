import { Elysia } from "elysia";
import * as v from "valibot";
import * as z from "zod";
import { UsersSchema } from "../../schema/http.ts";
import type { UserId } from "../../schema/ids.ts";
import { UserIdSchema } from "../../schema/ids.ts";
import { limits } from "../../schema/limits.ts";
import { HandleSchema } from "../../schema/user.ts";
import { contextOf } from "../context.ts";
import { createAccounts } from "../services/accounts.ts";
import { createAttempts } from "../services/attempts.ts";
import { signedIn } from "./authenticate.ts";
import { refuseGuests } from "./open-to-guests.ts";
import { operation } from "./operation.ts";
import { list } from "./query.ts";

const UserIdText = z.string().refine((text): text is UserId => v.is(UserIdSchema, text));

/** By one handle, or by ids with a comma between them. */
const UsersQuerySchema = z
  .strictObject({
    handle: z.string().max(limits.handle_characters_max).optional(),
    ids: list(UserIdText, limits.page_users_max).optional(),
  })
  .refine(
    ({ handle, ids }) => (handle === undefined) !== (ids === undefined),
    "one of handle and ids",
  );

const find = operation(
  "users",
  "findUsers",
  "Find users by handle or by ids; unknown ones are left out",
  { refusals: ["not_allowed", "slow_down"] },
);

export const users = new Elysia({ prefix: "/v1/users" }).use(signedIn).get(
  "",
  async ({ request, query, caller }) => {
    const { env } = contextOf(request);
    const accounts = createAccounts(env.DIRECTORY);
    if (query.ids !== undefined) return { users: await accounts.usersByIds(query.ids) };
    await refuseGuests(contextOf(request), caller);
    // Ids cannot be guessed; handles can, and a list of everyone is nobody's business.
    await createAttempts(env).lookup(caller.user_id);
    const handle = v.safeParse(HandleSchema, query.handle);
    return { users: handle.success ? await accounts.usersByHandle(handle.output) : [] };
  },
  { ...find, query: UsersQuerySchema, response: { 200: UsersSchema } },
);
