import { Elysia } from "elysia";
import { inboxActor } from "../../durable/address.ts";
import {
  ChangeMailBodySchema,
  ChangePasswordBodySchema,
  LeavingSchema,
  ProfileBodySchema,
  ProofBodySchema,
} from "../../schema/http-account.ts";
import type { UserId } from "../../schema/ids.ts";
import { limits } from "../../schema/limits.ts";
import { UserSchema } from "../../schema/user.ts";
import type { RequestContext } from "../context.ts";
import { contextOf } from "../context.ts";
import { refuse } from "../refused.ts";
import type { Login } from "../services/accounts.ts";
import { createAccounts } from "../services/accounts.ts";
import { createAttempts } from "../services/attempts.ts";
import { letters } from "../services/letters.ts";
import {
  createMailLinks,
  letterhead,
  notify,
  sendVerification,
  sendVerificationAgain,
} from "../services/mail-links.ts";
import { createOwnAccount } from "../services/own-account.ts";
import { hashPassword } from "../services/passwords.ts";
import { createRoomMembers } from "../services/room-members.ts";
import { valueOf } from "./answer.ts";
import { signedIn } from "./authenticate.ts";
import { noBody, signedInBody } from "./body.ts";
import { isOfDomain } from "./joining.ts";
import { refuseGuests } from "./open-to-guests.ts";
import { operation } from "./operation.ts";
import { requireProof, requireRecent } from "./proof.ts";
import { refuseWeakPassword } from "./weak-password.ts";

/** Names that one request folds: its owner's, and what else waits. */
const NAMES = 100;
const proofRefusals = ["recent_sign_in_required", "wrong_credentials", "slow_down"] as const;

const profile = operation("account", "changeProfile", "Change handle, name, pronouns or fields", {
  account: true,
  refusals: ["handle_taken", "not_allowed", "slow_down"],
});
const mail = operation(
  "account",
  "changeMail",
  "Ask for another mail address, which counts once its link was followed; null removes it",
  { account: true, refusals: [...proofRefusals, "mail_not_allowed", "last_sign_in_method"] },
);
const again = operation(
  "account",
  "sendMailLinkAgain",
  "Send the link once more to the address that waits to be proved",
  { account: true, refusals: ["not_found", "slow_down"] },
);
const password = operation(
  "account",
  "changePassword",
  "Set a password; the other devices are signed out",
  { account: true, refusals: [...proofRefusals, "weak_password"] },
);
const leave = operation(
  "account",
  "deleteAccount",
  "Delete the account when its time of grace is over; signing in until then takes it back",
  { account: true, refusals: proofRefusals },
);

export const account = new Elysia({ prefix: "/v1/me" })
  .use(signedIn)
  .patch(
    "",
    async ({ request, body, caller }) => {
      const context = contextOf(request);
      const { user_id } = caller;
      // A guest's handle is of the deployment's making, so that nobody takes them for somebody with an account.
      if (body.handle !== undefined || body.fields !== undefined)
        await refuseGuests(context, caller);
      // Whether a handle is taken is a question about others, however it is asked.
      if (body.handle !== undefined) await createAttempts(context.env).lookup(user_id);
      const changed = await createOwnAccount(context.env.DIRECTORY).changeProfile(user_id, body);
      // So that they are found by their new name in the rooms that they are in.
      context.afterwards(async () => void (await createRoomMembers(context.env).fold(NAMES)));
      const { user } = await loginOf(context, user_id);
      return changed ? user : refuse("handle_taken");
    },
    { ...signedInBody(ProfileBodySchema), ...profile, response: { 200: UserSchema } },
  )
  .put(
    "/mail",
    async ({ request, body, caller, set }) => {
      const context = contextOf(request);
      await requireProof(context, caller, body.current_password);
      await (body.mail === null
        ? removeMail(context, caller.user_id)
        : changeMail(context, caller.user_id, body.mail));
      set.status = 204;
    },
    { ...signedInBody(ChangeMailBodySchema), ...mail },
  )
  .post(
    "/mail/again",
    async ({ request, caller, set }) => {
      const context = contextOf(request);
      // No proof: it leads to nothing but a letter to an address that was given with one.
      await createAttempts(context.env).mailFrom(caller.user_id);
      if (!(await sendVerificationAgain(context, caller))) refuse("not_found");
      set.status = 204;
    },
    { ...noBody, ...again },
  )
  .put(
    "/password",
    async ({ request, body, caller, set }) => {
      const context = contextOf(request);
      const { user_id, device_id } = caller;
      const login = await loginOf(context, user_id);
      await requireProof(context, caller, body.current_password);
      // Who has a password changes it by that password, or by a passkey used just now: being signed in is not enough.
      if (login.password_hash !== null && body.current_password === undefined)
        await requireRecent(context, caller, true);
      refuseWeakPassword(context, login, body.password);
      const password_hash = await hashPassword(body.password);
      await createOwnAccount(context.env.DIRECTORY).setPassword(user_id, password_hash);
      await createMailLinks(context.env.DIRECTORY).end("reset", user_id);
      const ended = { which: "others", device_id } as const;
      valueOf(await inboxActor(context.env, user_id).signOut(user_id, ended));
      notify(context, login.mail, letters.passwordChanged(letterhead(context)));
      set.status = 204;
    },
    { ...signedInBody(ChangePasswordBodySchema), ...password },
  )
  .delete(
    "",
    async ({ request, body, caller }) => {
      const context = contextOf(request);
      const { user_id } = caller;
      await requireProof(context, caller, body.current_password);
      const login = await loginOf(context, user_id);
      const wanted = context.started_at + limits.deletion_grace_ms;
      const leaving_at = await createOwnAccount(context.env.DIRECTORY).leave(user_id, wanted);
      valueOf(await inboxActor(context.env, user_id).signOut(user_id, { which: "all" }));
      notify(context, login.mail, letters.leaving(letterhead(context), leaving_at));
      return { leaving_at };
    },
    { ...signedInBody(ProofBodySchema), ...leave, response: { 200: LeavingSchema } },
  );

/** A token outlives its account by minutes. */
async function loginOf({ env }: RequestContext, user_id: UserId): Promise<Login> {
  const login = await createAccounts(env.DIRECTORY).byId(user_id);
  return login === null || login.user.kind === "gone" ? refuse("unauthenticated") : login;
}

async function removeMail(context: RequestContext, user_id: UserId): Promise<void> {
  const { env, config } = context;
  const { mail } = await loginOf(context, user_id);
  // A deployment that takes certain addresses only, takes nobody without one.
  if (config.MAIL_DOMAINS.size > 0) refuse("mail_not_allowed");
  if (!(await createOwnAccount(env.DIRECTORY).removeMail(user_id))) refuse("last_sign_in_method");
  const links = createMailLinks(env.DIRECTORY);
  await Promise.all([links.end("verify", user_id), links.end("reset", user_id)]);
  if (mail !== null) notify(context, mail, letters.mailChanged(letterhead(context)));
}

async function changeMail(context: RequestContext, user_id: UserId, to: string): Promise<void> {
  const { env, config } = context;
  if (config.MAIL_DOMAINS.size > 0 && !isOfDomain(to, config.MAIL_DOMAINS))
    refuse("mail_not_allowed");
  await createAttempts(env).mailFrom(user_id);
  await sendVerification(context, { user_id }, to);
}
