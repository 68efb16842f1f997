import { Elysia } from "elysia";
import { inboxActor } from "../../durable/address.ts";
import {
  BotsSchema,
  CreateBotBodySchema,
  CreatedTokenSchema,
  CreateTokenBodySchema,
} from "../../schema/http-account.ts";
import type { UserId } from "../../schema/ids.ts";
import { limits } from "../../schema/limits.ts";
import { UserSchema } from "../../schema/user.ts";
import type { RequestContext } from "../context.ts";
import { contextOf } from "../context.ts";
import { refuse } from "../refused.ts";
import { createAccounts } from "../services/accounts.ts";
import { createAttempts } from "../services/attempts.ts";
import { createToken } from "./api-tokens.ts";
import { signedIn } from "./authenticate.ts";
import { noBody, signedInBody } from "./body.ts";
import { newUser } from "./joining.ts";
import { operation } from "./operation.ts";
import { UserPathSchema } from "./paths.ts";
import { requireProof } from "./proof.ts";

const list = operation("bots", "listBots", "One's bots", { account: true });
const create = operation("bots", "createBot", "Make a bot: an account for a program", {
  account: true,
  refusals: ["handle_taken", "too_many", "not_allowed", "slow_down"],
});
const tokenOf = operation("bots", "createBotToken", "Make a token that speaks as a bot", {
  account: true,
  refusals: ["recent_sign_in_required", "wrong_credentials", "slow_down", "too_many"],
});
const end = operation("bots", "endBot", "End a bot and its tokens", { account: true });

/** Accounts without a password, each with an owner. Another's bot is not there. */
export const bots = new Elysia({ prefix: "/v1/bots" })
  .use(signedIn)
  .get(
    "",
    async ({ request, caller }) => ({ bots: await accountsOf(request).botsOf(caller.user_id) }),
    { ...list, response: { 200: BotsSchema } },
  )
  .post(
    "",
    async ({ request, body, caller, status }) => {
      const accounts = accountsOf(request);
      const [owner] = await accounts.usersByIds([caller.user_id]);
      // A guest's bots would outlast their visit, and a bot's would have nobody who answers for them.
      if (owner?.kind !== "person") refuse("not_allowed");
      await createAttempts(contextOf(request).env).lookup(caller.user_id);
      const user = newUser("bot", body.handle, body.display_name);
      const account = { user, password_hash: null, owner: caller.user_id };
      if (!(await accounts.register(account))) {
        const { length } = await accounts.botsOf(caller.user_id);
        refuse(length < limits.bots ? "handle_taken" : "too_many");
      }
      // Nobody will ever sign in to it, and rooms may speak to it before its first token.
      await inboxActor(contextOf(request).env, user.user_id).open();
      return status(201, user);
    },
    { ...signedInBody(CreateBotBodySchema), ...create, response: { 201: UserSchema } },
  )
  .post(
    "/:user_id/tokens",
    async ({ request, params, body, caller, status }) => {
      const context = contextOf(request);
      await requireBotOf(context, caller.user_id, params.user_id);
      await requireProof(context, caller, body.current_password);
      const bot = { ...caller, user_id: params.user_id };
      return status(201, await createToken(context, { kind: "bot", caller: bot, asked: body }));
    },
    {
      ...signedInBody(CreateTokenBodySchema),
      ...tokenOf,
      params: UserPathSchema,
      response: { 201: CreatedTokenSchema },
    },
  )
  .delete(
    "/:user_id",
    async ({ request, params, caller, set }) => {
      const { env } = contextOf(request);
      // First it is nobody's voice any more, then its tokens end. What fails in between can be asked again.
      if (!(await accountsOf(request).endBot(caller.user_id, params.user_id))) refuse("not_found");
      await inboxActor(env, params.user_id).signOut(params.user_id, { which: "all" });
      set.status = 204;
    },
    { ...noBody, ...end, params: UserPathSchema },
  );

const accountsOf = (request: Request) => createAccounts(contextOf(request).env.DIRECTORY);

async function requireBotOf(
  { env }: RequestContext,
  owner: UserId,
  user_id: UserId,
): Promise<void> {
  const theirs = await createAccounts(env.DIRECTORY).botsOf(owner);
  if (!theirs.some((bot) => bot.user_id === user_id)) refuse("not_found");
}
