import { Elysia } from "elysia";
import {
  CodeBodySchema,
  ProofBodySchema,
  RecoveryCodesSchema,
  SecondFactorSchema,
} from "../../schema/http-account.ts";
import type { UserId } from "../../schema/ids.ts";
import type { RequestContext } from "../context.ts";
import { contextOf } from "../context.ts";
import { refuse } from "../refused.ts";
import type { Login } from "../services/accounts.ts";
import { createAccounts } from "../services/accounts.ts";
import { createAttempts } from "../services/attempts.ts";
import type { SecondFactors } from "../services/second-factors.ts";
import { createSecondFactors } from "../services/second-factors.ts";
import { signedIn } from "./authenticate.ts";
import { signedInBody } from "./body.ts";
import { operation } from "./operation.ts";
import { requireProof } from "./proof.ts";
import { tellSignInChanged } from "./sign-in-changed.ts";

const proofRefusals = ["recent_sign_in_required", "wrong_credentials", "slow_down"] as const;

const begin = operation(
  "second-factor",
  "beginSecondFactor",
  "Make a secret for codes by the clock; it counts once its first code was confirmed",
  { account: true, refusals: [...proofRefusals, "too_many"] },
);
const confirm = operation(
  "second-factor",
  "confirmSecondFactor",
  "Put the second factor in force by its first code, and get the recovery codes",
  { account: true, refusals: ["not_found", "wrong_code", "slow_down"] },
);
const remove = operation("second-factor", "removeSecondFactor", "End the second factor", {
  account: true,
  refusals: [...proofRefusals, "not_found"],
});
const renew = operation(
  "second-factor",
  "renewRecoveryCodes",
  "Make new recovery codes; the old ones end",
  { account: true, refusals: [...proofRefusals, "not_found"] },
);

/** The second factor of one's own account. */
export const secondFactor = new Elysia({ prefix: "/v1/me" })
  .use(signedIn)
  .post(
    "/second-factor",
    async ({ request, body, caller }) => {
      const context = contextOf(request);
      await requireProof(context, caller, body.current_password);
      const { user } = await loginOf(context, caller.user_id);
      const label = { deployment: context.config.DEPLOYMENT_NAME, handle: user.handle };
      return (await factorsOf(context).begin(user.user_id, label)) ?? refuse("too_many");
    },
    { ...signedInBody(ProofBodySchema), ...begin, response: { 200: SecondFactorSchema } },
  )
  .delete(
    "/second-factor",
    async ({ request, body, caller, set }) => {
      const context = contextOf(request);
      await requireProof(context, caller, body.current_password);
      if (!(await factorsOf(context).remove(caller.user_id))) refuse("not_found");
      await tellSignInChanged(context, caller.user_id, "The second factor was switched off");
      set.status = 204;
    },
    { ...signedInBody(ProofBodySchema), ...remove },
  )
  .post(
    "/second-factor/confirm",
    async ({ request, body, caller }) => {
      const context = contextOf(request);
      await createAttempts(context.env).asKnown(caller.user_id, caller.device_id);
      const codes = await factorsOf(context).confirm(caller.user_id, body.code);
      if (codes === "none") return refuse("not_found");
      if (codes === "wrong") return refuse("wrong_code");
      await tellSignInChanged(context, caller.user_id, "A second factor was set up");
      return { codes };
    },
    { ...signedInBody(CodeBodySchema), ...confirm, response: { 200: RecoveryCodesSchema } },
  )
  .post(
    "/recovery-codes",
    async ({ request, body, caller }) => {
      const context = contextOf(request);
      await requireProof(context, caller, body.current_password);
      const codes = await factorsOf(context).renewRecoveryCodes(caller.user_id);
      if (codes === null) return refuse("not_found");
      await tellSignInChanged(context, caller.user_id, "New recovery codes were made");
      return { codes };
    },
    { ...signedInBody(ProofBodySchema), ...renew, response: { 200: RecoveryCodesSchema } },
  );

function factorsOf({ env, config }: RequestContext): SecondFactors {
  return createSecondFactors(env.DIRECTORY, config);
}

async function loginOf({ env }: RequestContext, user_id: UserId): Promise<Login> {
  const login = await createAccounts(env.DIRECTORY).byId(user_id);
  return login === null || login.user.kind === "gone" ? refuse("unauthenticated") : login;
}
