import { Elysia } from "elysia";
import type * as v from "valibot";
import { inboxActor } from "../../durable/address.ts";
import type { Caller } from "../../schema/caller.ts";
import type { ApiToken } from "../../schema/device.ts";
import {
  ApiTokensSchema,
  CreatedTokenSchema,
  CreateTokenBodySchema,
} from "../../schema/http-account.ts";
import { newId } from "../../schema/ids.ts";
import type { RequestContext } from "../context.ts";
import { contextOf } from "../context.ts";
import { newSecret, secretHash } from "../services/secrets.ts";
import { valueOf } from "./answer.ts";
import { signedIn } from "./authenticate.ts";
import { noBody, signedInBody } from "./body.ts";
import { endDevice } from "./ending.ts";
import { operation } from "./operation.ts";
import { DevicePathSchema } from "./paths.ts";
import { requireProof } from "./proof.ts";

const list = operation("tokens", "listTokens", "One's tokens for programs", {
  account: true,
  refusals: ["not_found"],
});
const create = operation("tokens", "createToken", "Make a token for a program; it is shown once", {
  account: true,
  refusals: ["recent_sign_in_required", "wrong_credentials", "slow_down", "too_many"],
});
const end = operation("tokens", "endToken", "End a token at once", { account: true });

/** Tokens by which programs act as who made them, within their scopes. */
export const apiTokens = new Elysia({ prefix: "/v1/me/tokens" })
  .use(signedIn)
  .get(
    "",
    async ({ request, caller }) => {
      const inbox = inboxActor(contextOf(request).env, caller.user_id);
      return { tokens: valueOf(await inbox.tokens(caller)) };
    },
    { ...list, response: { 200: ApiTokensSchema } },
  )
  .post(
    "",
    async ({ request, body, caller, status }) => {
      const context = contextOf(request);
      await requireProof(context, caller, body.current_password);
      return status(201, await createToken(context, { kind: "pat", caller, asked: body }));
    },
    { ...signedInBody(CreateTokenBodySchema), ...create, response: { 201: CreatedTokenSchema } },
  )
  .delete(
    "/:device_id",
    async ({ request, params, caller, set }) => {
      await endDevice(contextOf(request), caller.user_id, params.device_id);
      set.status = 204;
    },
    { ...noBody, ...end, params: DevicePathSchema },
  );

export interface TokenAsked {
  /** Of a person, or of a bot. */
  kind: "pat" | "bot";
  /** As whom the token will speak. */
  caller: Caller;
  asked: v.InferOutput<typeof CreateTokenBodySchema>;
}

/** The token's text says whose it is, so that it is found without a search; the inbox keeps its hash. */
export async function createToken(
  { env }: RequestContext,
  { kind, caller, asked }: TokenAsked,
): Promise<{ token: string; details: ApiToken }> {
  const { name, scopes, expires_in_ms } = asked;
  const owner = caller.user_id.slice("user_".length).replaceAll("-", "");
  const secret = newSecret();
  const token = `quoth_${kind}_${owner}_${secret}`;
  const details = await inboxActor(env, caller.user_id).createToken(caller, {
    device_id: newId("device"),
    name,
    prefix: `quoth_${kind}_…_${secret.slice(0, PREFIX_CHARACTERS)}`,
    token_hash: await secretHash(token),
    scopes: [...new Set(scopes)],
    expires_at: Date.now() + expires_in_ms,
  });
  return { token, details: valueOf(details) };
}

/** Of the secret's 43: enough to tell two apart by, and far from enough to guess the rest. */
const PREFIX_CHARACTERS = 4;
