import { Elysia } from "elysia";
import * as v from "valibot";
import {
  LoginBodySchema,
  OffersSchema,
  RegisterBodySchema,
  SessionSchema,
} from "../../schema/http-account.ts";
import type { DeviceId } from "../../schema/ids.ts";
import { HandleSchema } from "../../schema/user.ts";
import type { RequestContext } from "../context.ts";
import { contextOf } from "../context.ts";
import { refuse } from "../refused.ts";
import type { Login } from "../services/accounts.ts";
import { createAccounts, mailKeyOf } from "../services/accounts.ts";
import { createAttempts } from "../services/attempts.ts";
import { hashPassword, verifyPassword } from "../services/passwords.ts";
import { createSecondFactors } from "../services/second-factors.ts";
import { tokensOf } from "./authenticate.ts";
import { publicBody } from "./body.ts";
import { cookieOf } from "./cookies.ts";
import { endSessions } from "./ending.ts";
import { join, newUser, requireJoining } from "./joining.ts";
import { operation } from "./operation.ts";
import { refuseForeignOrigin } from "./origin.ts";
import { KNOWN_COOKIE, openSession } from "./session.ts";
import { refuseWeakPassword } from "./weak-password.ts";

const register = operation("auth", "register", "Make an account and sign in", {
  public: true,
  refusals: [
    "handle_taken",
    "weak_password",
    "registration_closed",
    "mail_unproved",
    "mail_not_allowed",
    "too_young",
    "link_refused",
    "slow_down",
    "bad_origin",
  ],
});
const login = operation("auth", "login", "Sign in with handle or mail address, and password", {
  public: true,
  refusals: [
    "wrong_credentials",
    "mail_unproved",
    "second_factor_required",
    "wrong_code",
    "slow_down",
    "bad_origin",
  ],
});
const offers = operation("auth", "getOffers", "Who may join here, and what is asked for", {
  public: true,
});

/** Making an account, and signing in with a password. Each sign-in is a device of its own. */
export const auth = new Elysia({ prefix: "/v1/auth" })
  .post(
    "/register",
    async ({ body, request, set, status }) => {
      const context = contextOf(request);
      refuseForeignOrigin(request, context);
      const { handle, password, display_name, mail, device_name } = body;
      await requireJoining({ request, set }, body);
      const user = newUser("person", handle, display_name);
      refuseWeakPassword(context, { user, mail: mail ?? null }, password);
      await join(context, { user, password_hash: await hashPassword(password) }, body);
      const session = await openSession({ request, set, user, method: "password", device_name });
      return status(201, session);
    },
    { ...publicBody(RegisterBodySchema), ...register, response: { 201: SessionSchema } },
  )
  .post(
    "/login",
    async ({ body, request, set }) => {
      const context = contextOf(request);
      refuseForeignOrigin(request, context);
      const { password, code, device_name } = body;
      const found = await limitedLogin(request, context, nameOf(body.handle));
      const matches = await verifyPassword(password, found?.password_hash ?? null);
      if (!found || !matches) return refuse("wrong_credentials");
      if (found.second_factor) await requireCode(context, found, code);
      const { user } = found;
      const session = await openSession({ request, set, user, method: "password", device_name });
      await requireUnchanged(context, found, session.device_id);
      return session;
    },
    { ...publicBody(LoginBodySchema), ...login, response: { 200: SessionSchema } },
  )
  .get(
    "/offers",
    ({ request }) => {
      const { config } = contextOf(request);
      return {
        registration: config.REGISTRATION,
        guests: config.GUESTS === "on",
        asks_birth_date: config.MINIMUM_AGE > 0,
        asks_mail: config.MAIL_DOMAINS.size > 0,
        providers: config.OIDC_PROVIDERS.map(({ provider_id, name }) => ({ provider_id, name })),
      };
    },
    { ...offers, response: { 200: OffersSchema } },
  );

/** What cannot be a handle or an address is nobody's, and is looked up like any other: answer and time stay equal. */
function nameOf(text: string): string {
  if (text.includes("@")) return mailKeyOf(text);
  const handle = v.safeParse(HandleSchema, text);
  return handle.success ? handle.output : "";
}

/**
 * Who is meant, once it is clear that so many tries are allowed. Tries are counted by where they come from and by the
 * name that was typed, whether or not anyone has it. A browser that has been in this very account before has tries of
 * its own: nobody else's, behind the same address or on the same account, use up those of the owner. For any other
 * account it is as good as none.
 */
async function limitedLogin(
  request: Request,
  context: RequestContext,
  name: string,
): Promise<Login | null> {
  const attempts = createAttempts(context.env);
  const { byLogin } = createAccounts(context.env.DIRECTORY);
  const known = cookieOf(request, KNOWN_COOKIE);
  const browser = known === null ? null : await tokensOf(context).verifyKnown(known);
  const own = browser && (await byLogin(name));
  if (own && browser.sub === own.user.user_id) {
    await attempts.asKnown(browser.sub, browser.jti);
    return own;
  }
  await attempts.fromAddress(context.address);
  await attempts.asAccount(name);
  return byLogin(name);
}

/** While a password is hashed its owner may set another, which ends every session: also the one that began just now. */
async function requireUnchanged(
  context: RequestContext,
  { user, password_hash }: Login,
  device_id: DeviceId,
): Promise<void> {
  const now = await createAccounts(context.env.DIRECTORY).byId(user.user_id);
  if (now?.password_hash === password_hash) return;
  await endSessions(context, user.user_id, { which: "one", device_id });
  refuse("wrong_credentials");
}

/** Each try has been counted as one at the password; here it counts once more, whatever name was typed for it. */
async function requireCode(
  { env, config }: RequestContext,
  { user }: Login,
  code: string | undefined,
): Promise<void> {
  if (code === undefined) return refuse("second_factor_required");
  await createAttempts(env).asCode(user.user_id);
  const factors = createSecondFactors(env.DIRECTORY, config);
  if (!(await factors.check(user.user_id, code))) refuse("wrong_code");
}
