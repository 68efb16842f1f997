import { Elysia } from "elysia";
import * as v from "valibot";
import { DeviceNameSchema } from "../../schema/device.ts";
import {
  PasskeyLoginBodySchema,
  PasskeyOptionsSchema,
  PasskeyRegisterBodySchema,
  PasskeyRegisterOptionsBodySchema,
  SessionSchema,
} from "../../schema/http-account.ts";
import { UserIdSchema } from "../../schema/ids.ts";
import type { User } from "../../schema/user.ts";
import type { RequestContext } from "../context.ts";
import { contextOf } from "../context.ts";
import { refuse } from "../refused.ts";
import { createAccounts } from "../services/accounts.ts";
import { createAttempts } from "../services/attempts.ts";
import { challengesOf } from "../services/challenges.ts";
import { createPasskeyStore } from "../services/passkey-store.ts";
import type { Answer, Site } from "../services/passkeys.ts";
import {
  assertedCounter,
  assertionOptions,
  createdPasskey,
  creationOptions,
} from "../services/passkeys.ts";
import { noBody, publicBody } from "./body.ts";
import { join, newUser, requireJoining } from "./joining.ts";
import { operation } from "./operation.ts";
import { refuseForeignOrigin } from "./origin.ts";
import { deviceNameOf, openSession } from "./session.ts";

const registerOptions = operation(
  "passkeys",
  "getPasskeyRegistrationOptions",
  "Ask what to give the browser, to make an account with a passkey alone",
  {
    public: true,
    refusals: [
      "handle_taken",
      "registration_closed",
      "mail_not_allowed",
      "too_young",
      "slow_down",
      "bad_origin",
    ],
  },
);
const register = operation(
  "passkeys",
  "registerWithPasskey",
  "Make an account with the passkey that was just made, and sign in",
  {
    public: true,
    refusals: [
      "challenge_refused",
      "passkey_refused",
      "mail_unproved",
      "handle_taken",
      "link_refused",
      "slow_down",
      "bad_origin",
    ],
  },
);
const loginOptions = operation(
  "passkeys",
  "getPasskeyLoginOptions",
  "Ask what to give the browser, to sign in with a passkey",
  { public: true, refusals: ["slow_down", "bad_origin"] },
);
const login = operation(
  "passkeys",
  "loginWithPasskey",
  "Sign in with a passkey; nobody says who they are, and no second factor is asked for",
  {
    public: true,
    refusals: ["challenge_refused", "passkey_refused", "mail_unproved", "slow_down", "bad_origin"],
  },
);

/** The fields of a registration, held until its passkey is made. The date of birth was judged and is not among them. */
const JoiningClaimsSchema = v.object({
  user_id: UserIdSchema,
  handle: v.string(),
  display_name: v.string(),
  mail: v.optional(v.string()),
  invitation: v.optional(v.string()),
  device_name: v.optional(DeviceNameSchema),
});
type JoiningClaims = v.InferOutput<typeof JoiningClaimsSchema>;
const NoClaimsSchema = v.object({});

export const passkeySignIn = new Elysia({ prefix: "/auth/passkeys" })
  .post(
    "/register/options",
    async ({ request, body, set }) => {
      const context = contextOf(request);
      refuseForeignOrigin(request, context);
      await requireJoining({ request, set }, body);
      const { handle, mail, invitation, device_name } = body;
      // A passkey that turns out to be for nothing would stay on the device, so what can be said is said before.
      if (!(await createAccounts(context.env.DIRECTORY).isFree(handle))) refuse("handle_taken");
      const { user_id, display_name } = newUser("person", handle, body.display_name);
      const names = { user_id, handle, display_name };
      const claims: JoiningClaims = { ...names, mail, invitation, device_name };
      const { challenge_id, token } = await challengesOf(context).issue("passkey.register", claims);
      const asked = { challenge_id, ...names, existing: [] };
      return { challenge: token, options: await creationOptions(siteOf(context), asked) };
    },
    {
      ...publicBody(PasskeyRegisterOptionsBodySchema),
      ...registerOptions,
      response: { 200: PasskeyOptionsSchema },
    },
  )
  .post(
    "/register",
    async ({ request, body, set, status }) => {
      const context = contextOf(request);
      await requireTry(request, context);
      const challenges = challengesOf(context);
      const open = await challenges.take("passkey.register", JoiningClaimsSchema, body.challenge);
      if (!open) return refuse("challenge_refused");
      const { claims, challenge_id } = open;
      const user = await joinWithPasskey(request, claims, {
        challenge_id,
        answer: body.credential,
      });
      const { device_name } = claims;
      const session = await openSession({ request, set, user, method: "passkey", device_name });
      return status(201, session);
    },
    { ...publicBody(PasskeyRegisterBodySchema), ...register, response: { 201: SessionSchema } },
  )
  .post(
    "/login/options",
    async ({ request }) => {
      const context = contextOf(request);
      refuseForeignOrigin(request, context);
      const { challenge_id, token } = await challengesOf(context).issue("passkey.login", {});
      return { challenge: token, options: await assertionOptions(siteOf(context), challenge_id) };
    },
    // Who signs in need not say anything yet.
    { ...noBody, ...loginOptions, response: { 200: PasskeyOptionsSchema } },
  )
  .post(
    "/login",
    async ({ request, body, set }) => {
      const context = contextOf(request);
      await requireTry(request, context);
      const { challenge, credential, device_name } = body;
      const open = await challengesOf(context).take("passkey.login", NoClaimsSchema, challenge);
      if (!open) return refuse("challenge_refused");
      const user = await userOfPasskey(context, open.challenge_id, credential);
      return openSession({ request, set, user, method: "passkey", device_name });
    },
    { ...publicBody(PasskeyLoginBodySchema), ...login, response: { 200: SessionSchema } },
  );

export function siteOf({ config, own_origin }: RequestContext): Site {
  return { own_origin, name: config.DEPLOYMENT_NAME };
}

async function requireTry(request: Request, context: RequestContext): Promise<void> {
  refuseForeignOrigin(request, context);
  await createAttempts(context.env).fromAddress(context.address);
}

/** The passkey first: one that belongs to no account is of no use to anyone, an account without a way in is in the way. */
async function joinWithPasskey(
  request: Request,
  { user_id, handle, display_name, mail, invitation, device_name }: JoiningClaims,
  { challenge_id, answer }: { challenge_id: string; answer: Answer },
): Promise<User> {
  const context = contextOf(request);
  const passkey = await createdPasskey(siteOf(context), challenge_id, answer);
  if (!passkey) return refuse("passkey_refused");
  const store = createPasskeyStore(context.env.DIRECTORY);
  const name = device_name ?? deviceNameOf(request.headers.get("user-agent"));
  const added = await store.add(user_id, { ...passkey, name });
  if (added === "taken" || added === "too_many") return refuse("passkey_refused");
  const user = { ...newUser("person", handle, display_name), user_id };
  try {
    await join(context, { user, password_hash: null }, { mail, invitation });
  } catch (error) {
    await store.unmake(passkey.passkey_id);
    throw error;
  }
  return user;
}

async function userOfPasskey(
  context: RequestContext,
  challenge_id: string,
  answer: Answer,
): Promise<User> {
  const { DIRECTORY } = context.env;
  const store = createPasskeyStore(DIRECTORY);
  const passkey = await store.find(answer.id);
  if (!passkey) return refuse("passkey_refused");
  const counter = await assertedCounter(siteOf(context), challenge_id, { answer, passkey });
  if (counter === null) return refuse("passkey_refused");
  const { user_id } = passkey;
  if (!(await store.use(passkey.passkey_id, counter))) {
    // Two devices sign with one key: somebody has copied it. Which of them is the owner's cannot be told here.
    context.log("warn", "passkey.counter_went_back", { user_id });
    return refuse("passkey_refused");
  }
  const login = await createAccounts(DIRECTORY).byId(user_id);
  return login === null || login.user.kind === "gone" ? refuse("passkey_refused") : login.user;
}
