import { Elysia } from "elysia";
import * as v from "valibot";
import { inboxActor } from "../../durable/address.ts";
import { LogoutBodySchema, RefreshBodySchema, SessionSchema } from "../../schema/http-account.ts";
import type { SessionsEnded } from "../../schema/inbox-rpc.ts";
import { limits } from "../../schema/limits.ts";
import type { RequestContext } from "../context.ts";
import { contextOf } from "../context.ts";
import { Refused, refuse } from "../refused.ts";
import { createAccounts } from "../services/accounts.ts";
import { secretHash } from "../services/secrets.ts";
import type { AccessClaims } from "../services/tokens.ts";
import { bearerToken, SESSION_COOKIE, tokensOf } from "./authenticate.ts";
import { publicBody } from "./body.ts";
import type { CookieJar } from "./cookies.ts";
import { cookieOf } from "./cookies.ts";
import { endSessions } from "./ending.ts";
import { operation } from "./operation.ts";
import { refuseForeignOrigin, requireOrigin } from "./origin.ts";
import { forgetSession, giveSession, placeOf, REFRESH_COOKIE, refreshStart } from "./session.ts";

const refresh = operation("auth", "refreshSession", "Follow a refresh token by the next one", {
  public: true,
  refusals: ["unauthenticated", "token_reused", "bad_origin"],
});
const logout = operation("auth", "logout", "End this session, the others, or all", {
  public: true,
  refusals: ["bad_origin"],
});

/** How a session goes on, and how it ends. */
export const refreshing = new Elysia({ prefix: "/v1/auth" })
  .post(
    "/refresh",
    async ({ body, request, set }) => {
      const context = contextOf(request);
      const token = refreshTokenOf(request, context, body.refresh_token);
      const claims = token === null ? null : await tokensOf(context).verifyRefresh(token);
      if (token === null || !claims) return endedBy(set, "unauthenticated");
      const refresh_token = await rotated({ request, set, context, token, claims });
      const found = await createAccounts(context.env.DIRECTORY).byId(claims.sub);
      if (!found || found.user.kind === "gone") return endedBy(set, "unauthenticated");
      context.user_id = claims.sub;
      const { user } = found;
      return giveSession({ request, set, user, device_id: claims.device, refresh_token });
    },
    { ...publicBody(RefreshBodySchema), ...refresh, response: { 200: SessionSchema } },
  )
  .post(
    "/logout",
    async ({ body, request, set }) => {
      const context = contextOf(request);
      // Leaving is always possible: whoever has no session, or one that has run out, is signed out already.
      const who = await leaver(request, context);
      if (who) await signOut(context, who, body.which);
      if (body.which !== "others") forgetSession(set);
      set.status = 204;
    },
    // Signing out needs no body: `this` is meant then.
    { ...publicBody(v.optional(LogoutBodySchema, {})), ...logout },
  );

/** A program's comes in the body. The page's is in its cookie, which must be brought by a page of our own. */
function refreshTokenOf(
  request: Request,
  context: RequestContext,
  brought: string | undefined,
): string | null {
  refuseForeignOrigin(request, context);
  const cookie = brought === undefined ? cookieOf(request, REFRESH_COOKIE) : null;
  if (cookie !== null) requireOrigin(request, context);
  const token = brought ?? cookie;
  return token === null || token.length > limits.ticket_characters ? null : token;
}

interface Rotating {
  request: Request;
  set: CookieJar;
  context: RequestContext;
  token: string;
  claims: AccessClaims;
}

/** The next token: the one offered here, or, for a token that was followed just now, that very follower again. */
async function rotated(rotating: Rotating): Promise<string> {
  const { request, set, context, token, claims } = rotating;
  const { sub: user_id, device: device_id } = claims;
  const tokens = tokensOf(context);
  const start = refreshStart(user_id, device_id);
  const offered = await tokens.issueRefresh(start);
  const { token_id, issued_at, expires_at } = start;
  const answer = await inboxActor(context.env, user_id).rotate({
    user_id,
    device_id,
    token_hash: await secretHash(token),
    next: { token_id, issued_at, expires_at, token_hash: await secretHash(offered) },
    place: placeOf(request, context),
  });
  if (!answer.ok) {
    // What failed in passing leaves the session as it is: it is asked for again.
    if (["unauthenticated", "token_reused"].includes(answer.refusal.code)) forgetSession(set);
    throw new Refused(answer.refusal);
  }
  const { replayed, ...given } = answer.value;
  return replayed ? tokens.issueRefresh({ user_id, device_id, ...given }) : offered;
}

function endedBy(set: CookieJar, code: "unauthenticated"): never {
  forgetSession(set);
  return refuse(code);
}

/** Whose session a request brings: by its access token, and where that has run out, by its refresh token. */
async function leaver(request: Request, context: RequestContext): Promise<AccessClaims | null> {
  const authorization = request.headers.get("authorization");
  if (authorization !== null) return verified(context, "verifyAccess", bearerToken(authorization));
  const access = cookieOf(request, SESSION_COOKIE);
  const refresh = cookieOf(request, REFRESH_COOKIE);
  refuseForeignOrigin(request, context);
  if (access !== null || refresh !== null) requireOrigin(request, context);
  return (
    (await verified(context, "verifyAccess", access)) ??
    (await verified(context, "verifyRefresh", refresh))
  );
}

async function verified(
  context: RequestContext,
  by: "verifyAccess" | "verifyRefresh",
  token: string | null,
): Promise<AccessClaims | null> {
  if (token === null || token.length > limits.ticket_characters) return null;
  return tokensOf(context)[by](token);
}

/** A device that was signed out itself ends no session of the others. */
async function signOut(
  context: RequestContext,
  { sub, device: device_id }: AccessClaims,
  which: "this" | "others" | "all",
): Promise<void> {
  const inbox = inboxActor(context.env, sub);
  context.user_id = sub;
  if (which !== "this" && !(await inbox.holds(device_id))) return;
  const ended: Record<typeof which, SessionsEnded> = {
    this: { which: "one", device_id },
    others: { which: "others", device_id },
    all: { which: "all" },
  };
  await endSessions(context, sub, ended[which]);
}
