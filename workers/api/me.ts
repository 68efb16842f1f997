import { Elysia } from "elysia";
import { MeSchema } from "../../schema/http-account.ts";
import { contextOf } from "../context.ts";
import { refuse } from "../refused.ts";
import { createAccounts } from "../services/accounts.ts";
import { signedIn } from "./authenticate.ts";
import { operation } from "./operation.ts";

export const me = new Elysia({ prefix: "/v1/me" }).use(signedIn).get(
  "",
  async ({ request, caller, expires_at }) => {
    const { user_id, device_id } = caller;
    const { env, config } = contextOf(request);
    const accounts = createAccounts(env.DIRECTORY);
    const [[user], account] = await Promise.all([
      accounts.usersByIds([user_id]),
      accounts.account(user_id),
    ]);
    // A token outlives its account by minutes.
    if (!user || user.kind === "gone" || !account) return refuse("unauthenticated");
    const elsewhere = config.OIDC_PROVIDERS.filter(({ issuer }) =>
      account.providers.includes(issuer),
    );
    const providers = elsewhere.map(({ provider_id }) => provider_id);
    return { user, account: { ...account, providers }, device_id, expires_at };
  },
  { ...operation("me", "getMe", "Who is signed in here"), response: { 200: MeSchema } },
);
