import { Elysia } from "elysia";
import { limits } from "../../schema/limits.ts";
import type { Identity, RequestContext } from "../context.ts";
import { contextOf } from "../context.ts";
import { refuse } from "../refused.ts";
import type { Tokens } from "../services/tokens.ts";
import { createTokens } from "../services/tokens.ts";
import { requireOrigin } from "./origin.ts";

/** The page's session. The prefix makes the browser insist on Secure, Path=/ and no Domain. */
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
  const token = authorization === null ? sessionToken(request) : bearerToken(authorization);
  if (token === null || token.length > limits.ticket_characters) return refuse("unauthenticated");
  const claims = await tokensOf(context).verifyAccess(token);
  if (!claims) return refuse("unauthenticated");
  if (authorization === null && changesSomething(request)) requireOrigin(request, context);
  context.user_id = claims.sub;
  const caller = { user_id: claims.sub, device_id: claims.device, request_id: context.request_id };
  return { caller, expires_at: claims.exp * 1000 };
}

export function changesSomething(request: Request): boolean {
  return request.method !== "GET" && request.method !== "HEAD";
}

function bearerToken(authorization: string): string | null {
  return /^Bearer +([^\s]+)$/i.exec(authorization)?.[1] ?? null;
}

export function sessionToken(request: Request): string | null {
  const pairs = (request.headers.get("cookie") ?? "").split(";").map((pair) => pair.trim());
  const pair = pairs.find((text) => text.startsWith(`${SESSION_COOKIE}=`));
  return pair === undefined ? null : pair.slice(SESSION_COOKIE.length + 1) || null;
}

export function sessionCookie(token: string, max_age_s: number): string {
  return `${SESSION_COOKIE}=${token}; Path=/; Max-Age=${max_age_s}; HttpOnly; Secure; SameSite=Strict`;
}
