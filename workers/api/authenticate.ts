import { Elysia } from "elysia";
import * as v from "valibot";
import { inboxActor } from "../../durable/address.ts";
import { UserIdSchema } from "../../schema/ids.ts";
import type { UserId } from "../../schema/ids.ts";
import { limits } from "../../schema/limits.ts";
import type { Identity, RequestContext } from "../context.ts";
import { contextOf } from "../context.ts";
import { refuse } from "../refused.ts";
import { secretHash } from "../services/secrets.ts";
import type { Tokens } from "../services/tokens.ts";
import { createTokens } from "../services/tokens.ts";
import { cookieOf } from "./cookies.ts";
import { requireOrigin } from "./origin.ts";

/** The page's session: its access token. */
export const SESSION_COOKIE = "__Host-quoth_session";

export function tokensOf({
  config,
  own_origin,
}: Pick<RequestContext, "config" | "own_origin">): Tokens {
  return createTokens(config.TOKEN_KEYS, own_origin);
}

/** Asked by the body's reader and by the route; answered once a request. */
export function identityOf(request: Request): Promise<Identity> {
  const context = contextOf(request);
  context.identity ??= identify(request, context);
  return context.identity;
}

/** For every route that is not public. It runs before anything of the request is read, so strangers learn nothing. */
export const signedIn = new Elysia({ name: "signed-in" }).derive(
  { as: "scoped" },
  async ({ request }) => {
    const { caller, expires_at } = await identityOf(request);
    return { caller, expires_at };
  },
);

async function identify(request: Request, context: RequestContext): Promise<Identity> {
  const authorization = request.headers.get("authorization");
  // A header that does not hold is refused, even beside a cookie that would: the client meant the header.
  const token =
    authorization === null ? cookieOf(request, SESSION_COOKIE) : bearerToken(authorization);
  if (token === null || token.length > limits.ticket_characters) return refuse("unauthenticated");
  const owner = ownerOfToken(token);
  const identity =
    owner !== null && authorization !== null
      ? await identityOfProgram(token, owner, context)
      : await identityOfSession(token, request, context);
  context.user_id = identity.caller.user_id;
  return identity;
}

/** Reading lives with the token's minutes; whoever changes something is asked for at the inbox, which knows revocations. */
async function identityOfSession(
  token: string,
  request: Request,
  context: RequestContext,
): Promise<Identity> {
  const claims = await tokensOf(context).verifyAccess(token);
  if (!claims) return refuse("unauthenticated");
  const { sub: user_id, device: device_id, exp } = claims;
  if (changesSomething(request)) {
    if (!request.headers.has("authorization")) requireOrigin(request, context);
    if (!(await inboxActor(context.env, user_id).holds(device_id))) refuse("unauthenticated");
  }
  const caller = { user_id, device_id, request_id: context.request_id };
  return { caller, expires_at: exp * 1000, scopes: null };
}

async function identityOfProgram(
  token: string,
  user_id: UserId,
  context: RequestContext,
): Promise<Identity> {
  const found = await inboxActor(context.env, user_id).token(await secretHash(token));
  if (!found) return refuse("unauthenticated");
  const { device_id, scopes, expires_at } = found;
  if (!scopes.includes(context.scope)) refuse("scope_missing");
  const caller = { user_id, device_id, request_id: context.request_id };
  return { caller, expires_at, scopes };
}

/** `quoth_pat_` or `quoth_bot_`, whose it is in hex, and the secret. Null where it is no such token. */
const PROGRAM_TOKEN = /^quoth_(?:pat|bot)_([0-9a-f]{32})_[A-Za-z0-9_-]{43}$/;

function ownerOfToken(token: string): UserId | null {
  const hex = PROGRAM_TOKEN.exec(token)?.[1];
  if (hex === undefined) return null;
  const user_id = `user_${hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5")}`;
  return v.is(UserIdSchema, user_id) ? user_id : null;
}

export function changesSomething(request: Request): boolean {
  return request.method !== "GET" && request.method !== "HEAD";
}

export function bearerToken(authorization: string): string | null {
  return /^Bearer +([^\s]+)$/i.exec(authorization)?.[1] ?? null;
}
