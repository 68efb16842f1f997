import { Elysia } from "elysia";
import { inboxActor } from "../../durable/address.ts";
import { ExportSchema } from "../../schema/http-account.ts";
import { contextOf } from "../context.ts";
import { refuse } from "../refused.ts";
import { createAccounts } from "../services/accounts.ts";
import { createIdentities } from "../services/identities.ts";
import { createPasskeyStore } from "../services/passkey-store.ts";
import { valueOf } from "./answer.ts";
import { signedIn } from "./authenticate.ts";
import { operation } from "./operation.ts";
import { requireProof } from "./proof.ts";

const take = operation(
  "export",
  "exportAccount",
  "Everything of one's own that is not in a room; it asks for a sign-in of the last ten minutes",
  { account: true, refusals: ["not_found", "recent_sign_in_required"] },
);

/** One's own data, to take away. What one has written is in the rooms, for whose members it is. */
export const accountExport = new Elysia({ prefix: "/v1/me/export" }).use(signedIn).get(
  "",
  async ({ request, caller }) => {
    const context = contextOf(request);
    await requireProof(context, caller);
    const { DIRECTORY } = context.env;
    const { user_id } = caller;
    const inbox = inboxActor(context.env, user_id);
    const [login, account, identities, passkeys, tokens, state] = await Promise.all([
      createAccounts(DIRECTORY).byId(user_id),
      createAccounts(DIRECTORY).account(user_id),
      createIdentities(DIRECTORY).of(user_id),
      createPasskeyStore(DIRECTORY).of(user_id),
      inbox.tokens(caller),
      inbox.state(caller),
    ]);
    if (!login || !account) return refuse("unauthenticated");
    return {
      exported_at: context.started_at,
      user: login.user,
      account,
      identities: identities.map(({ issuer, subject, created_at }) => ({
        issuer,
        subject,
        created_at,
      })),
      passkeys,
      tokens: valueOf(tokens),
      inbox: valueOf(state),
    };
  },
  { ...take, response: { 200: ExportSchema } },
);
