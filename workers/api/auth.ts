import { Elysia } from "elysia";
import * as v from "valibot";
import type { Session } from "../../schema/http.ts";
import { LoginBodySchema, RegisterBodySchema, SessionSchema } from "../../schema/http.ts";
import { newId } from "../../schema/ids.ts";
import { limits } from "../../schema/limits.ts";
import type { User } from "../../schema/user.ts";
import { HandleSchema } from "../../schema/user.ts";
import type { RequestContext } from "../context.ts";
import { contextOf } from "../context.ts";
import { refuse } from "../refused.ts";
import { createDirectory } from "../services/directory.ts";
import { hashPassword, verifyPassword } from "../services/passwords.ts";
import { sessionCookie, sessionToken, tokensOf } from "./authenticate.ts";
import { noBody, publicBody } from "./body.ts";
import { operation } from "./operation.ts";
import { refuseForeignOrigin, requireOrigin } from "./origin.ts";

const register = operation("auth", "register", "Make an account and sign in", {
  public: true,
  refusals: ["handle_taken", "bad_origin"],
});
const login = operation("auth", "login", "Sign in with handle and password", {
  public: true,
  refusals: ["wrong_credentials", "bad_origin"],
});
const logout = operation("auth", "logout", "Forget this browser's session", {
  public: true,
  refusals: ["bad_origin"],
});

/** Signing in, in its simplest right form. Each sign-in is a device of its own. */
export const auth = new Elysia({ prefix: "/v1/auth" })
  .post(
    "/register",
    async ({ body, request, set, status }) => {
      const context = contextOf(request);
      refuseForeignOrigin(request, context);
      const { handle, password, display_name = handle } = body;
      const user: User = { user_id: newId("user"), handle, display_name, created_at: Date.now() };
      const account = { user, password_hash: await hashPassword(password) };
      if (!(await createDirectory(context.env.DIRECTORY).register(account))) refuse("handle_taken");
      const { session, cookie } = await openSession(user, context);
      set.headers["set-cookie"] = cookie;
      return status(201, session);
    },
    { ...publicBody(RegisterBodySchema), ...register, response: { 201: SessionSchema } },
  )
  .post(
    "/login",
    async ({ body, request, set }) => {
      const context = contextOf(request);
      refuseForeignOrigin(request, context);
      // What cannot be a handle is nobody's, and is looked up like any other: the answer and its time stay equal.
      const handle = v.safeParse(HandleSchema, body.handle);
      const name = handle.success ? handle.output : "";
      const account = await createDirectory(context.env.DIRECTORY).accountByHandle(name);
      const matches = await verifyPassword(body.password, account?.password_hash ?? null);
      if (!account || !matches) return refuse("wrong_credentials");
      const { session, cookie } = await openSession(account.user, context);
      set.headers["set-cookie"] = cookie;
      return session;
    },
    { ...publicBody(LoginBodySchema), ...login, response: { 200: SessionSchema } },
  )
  .post(
    "/logout",
    ({ request, set }) => {
      // Also with a session that has run out: leaving must always be possible. The token itself lasts minutes.
      if (sessionToken(request) !== null) requireOrigin(request, contextOf(request));
      set.headers["set-cookie"] = sessionCookie("", 0);
      set.status = 204;
    },
    { ...noBody, ...logout },
  );

async function openSession(
  user: User,
  context: RequestContext,
): Promise<{ session: Session; cookie: string }> {
  const device_id = newId("device");
  const { token, expires_at } = await tokensOf(context).issueAccess({
    user_id: user.user_id,
    device_id,
  });
  context.user_id = user.user_id;
  return {
    session: { user, device_id, access_token: token, expires_at },
    cookie: sessionCookie(token, limits.access_token_ms / 1000),
  };
}
