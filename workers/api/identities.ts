import { Elysia } from "elysia";
import * as v from "valibot";
import { IdentitiesSchema, ProofBodySchema } from "../../schema/http-account.ts";
import { contextOf } from "../context.ts";
import { refuse } from "../refused.ts";
import { createIdentities } from "../services/identities.ts";
import { signedIn } from "./authenticate.ts";
import { signedInBody } from "./body.ts";
import { operation } from "./operation.ts";
import { requireProof } from "./proof.ts";
import { tellSignInChanged } from "./sign-in-changed.ts";

const list = operation(
  "identities",
  "listIdentities",
  "The sign-ins of other services that are linked to one's account",
  { account: true },
);
const remove = operation("identities", "removeIdentity", "Unlink another service", {
  account: true,
  refusals: ["recent_sign_in_required", "wrong_credentials", "slow_down", "last_sign_in_method"],
});

const IdentityPathSchema = v.object({ identity_id: v.pipe(v.string(), v.maxLength(64)) });

/** Who one is elsewhere. A link is made on the way of providers.ts, and ended here. */
export const identities = new Elysia({ prefix: "/v1/me/identities" })
  .use(signedIn)
  .get(
    "",
    async ({ request, caller }) => {
      const { env, config } = contextOf(request);
      const linked = await createIdentities(env.DIRECTORY).of(caller.user_id);
      return {
        identities: linked.map(({ identity_id, issuer, created_at }) => {
          const provider = config.OIDC_PROVIDERS.find((one) => one.issuer === issuer);
          const { provider_id = null, name = new URL(issuer).host } = provider ?? {};
          return { identity_id, provider_id, name, created_at };
        }),
      };
    },
    { ...list, response: { 200: IdentitiesSchema } },
  )
  .delete(
    "/:identity_id",
    async ({ request, params, body, caller, set }) => {
      const context = contextOf(request);
      await requireProof(context, caller, body.current_password);
      const issuers = context.config.OIDC_PROVIDERS.map(({ issuer }) => issuer);
      const { user_id } = caller;
      const own = createIdentities(context.env.DIRECTORY);
      const removed = await own.remove(user_id, params.identity_id, issuers);
      if (removed === "none") refuse("not_found");
      if (removed === "last") refuse("last_sign_in_method");
      await tellSignInChanged(context, user_id, "Signing in with another service was removed");
      set.status = 204;
    },
    { ...signedInBody(ProofBodySchema), ...remove, params: IdentityPathSchema },
  );
