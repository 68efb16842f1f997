import { Elysia } from "elysia";
import { VerifiedBodySchema } from "../../schema/http-account.ts";
import type { UserId } from "../../schema/ids.ts";
import type { RequestContext } from "../context.ts";
import { contextOf } from "../context.ts";
import { refuse } from "../refused.ts";
import { createAccounts } from "../services/accounts.ts";
import { identityOf, signedIn } from "./authenticate.ts";
import { noBody, signedInBody } from "./body.ts";
import { endSessions } from "./ending.ts";
import { operation } from "./operation.ts";
import { UserPathSchema } from "./paths.ts";

const verify = operation("operators", "setVerified", "Give a user the badge, or take it away", {
  account: true,
});
const end = operation("operators", "endSessionsOf", "Sign a user out everywhere", {
  account: true,
});

/**
 * What whoever runs the deployment may do with others' accounts: those whom OPERATORS names by their ids, since a handle
 * may pass to somebody else. To everyone else these routes are not there.
 */
export const operators = new Elysia({ prefix: "/v1/users/:user_id" })
  .use(signedIn)
  .put(
    "/verified",
    async ({ request, params, body, set }) => {
      const context = await asOperator(request, params.user_id);
      await createAccounts(context.env.DIRECTORY).setVerified(params.user_id, body.verified);
      set.status = 204;
    },
    { ...signedInBody(VerifiedBodySchema), ...verify, params: UserPathSchema },
  )
  .delete(
    "/sessions",
    async ({ request, params, set }) => {
      const context = await asOperator(request, params.user_id);
      await endSessions(context, params.user_id, { which: "all" });
      set.status = 204;
    },
    { ...noBody, ...end, params: UserPathSchema },
  );

async function asOperator(request: Request, user_id: UserId): Promise<RequestContext> {
  const context = contextOf(request);
  const { caller } = await identityOf(request);
  if (!context.config.OPERATORS.has(caller.user_id)) refuse("not_found");
  const found = await createAccounts(context.env.DIRECTORY).byId(user_id);
  if (!found || found.user.kind === "gone") refuse("not_found");
  context.log("info", "operator.acts", { operator: caller.user_id, of: user_id });
  return context;
}
