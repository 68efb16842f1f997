import { Elysia } from "elysia";
import {
  ForgotBodySchema,
  MailLinkBodySchema,
  ResetBodySchema,
} from "../../schema/http-account.ts";
import { contextOf } from "../context.ts";
import { refuse } from "../refused.ts";
import { createAccounts, mailKeyOf } from "../services/accounts.ts";
import { contactSalt, createAddressBook } from "../services/address-book.ts";
import { createAttempts } from "../services/attempts.ts";
import { letters } from "../services/letters.ts";
import { createMailLinks, letterhead, notify, sendReset } from "../services/mail-links.ts";
import { createOwnAccount } from "../services/own-account.ts";
import { hashPassword } from "../services/passwords.ts";
import { publicBody } from "./body.ts";
import { endSessions } from "./ending.ts";
import { operation } from "./operation.ts";
import { refuseForeignOrigin } from "./origin.ts";
import { refuseWeakPassword } from "./weak-password.ts";

const verify = operation(
  "mail-links",
  "verifyMail",
  "Prove a mail address by the link sent there",
  {
    public: true,
    refusals: ["link_refused", "slow_down", "bad_origin"],
  },
);
const forgot = operation(
  "mail-links",
  "forgotPassword",
  "Ask for a link that sets a new password",
  {
    public: true,
    refusals: ["slow_down", "bad_origin"],
  },
);
const reset = operation(
  "mail-links",
  "resetPassword",
  "Set a new password by the link; every device is signed out",
  { public: true, refusals: ["link_refused", "weak_password", "slow_down", "bad_origin"] },
);

/** What the links in letters lead to. The page reads the token out of its own address, so that no server logs it. */
export const mailLinks = new Elysia({ prefix: "/v1/auth" })
  .post(
    "/mail/verify",
    async ({ request, body, set }) => {
      const context = contextOf(request);
      const { DIRECTORY } = context.env;
      refuseForeignOrigin(request, context);
      await createAttempts(context.env).fromAddress(context.address);
      const link = await createMailLinks(DIRECTORY).take("verify", body.token);
      if (!link) return refuse("link_refused");
      const before = await createAccounts(DIRECTORY).byId(link.user_id);
      // Whose it is by now, if it is somebody's, is not for the holder of an old link to know.
      if (!(await createOwnAccount(DIRECTORY).proveMail(link.user_id, link.mail)))
        return refuse("link_refused");
      const book = createAddressBook(DIRECTORY, await contactSalt(context.config));
      await book.follow(link.user_id);
      await createMailLinks(DIRECTORY).end("reset", link.user_id);
      const old = before?.mail ?? null;
      if (old !== null && mailKeyOf(old) !== mailKeyOf(link.mail))
        notify(context, old, letters.mailChanged(letterhead(context)));
      set.status = 204;
    },
    { ...publicBody(MailLinkBodySchema), ...verify },
  )
  .post(
    "/password/forgot",
    async ({ request, body, set }) => {
      const context = contextOf(request);
      refuseForeignOrigin(request, context);
      const attempts = createAttempts(context.env);
      await attempts.mailFrom(context.address);
      await attempts.mailTo("reset", body.mail);
      sendReset(context, body.mail);
      set.status = 204;
    },
    { ...publicBody(ForgotBodySchema), ...forgot },
  )
  .post(
    "/password/reset",
    async ({ request, body, set }) => {
      const context = contextOf(request);
      const { DIRECTORY } = context.env;
      refuseForeignOrigin(request, context);
      await createAttempts(context.env).fromAddress(context.address);
      const links = createMailLinks(DIRECTORY);
      // A link that does not hold costs no hash, and a password that is refused costs no link.
      const link = await links.find("reset", body.token);
      const holder = link && (await createAccounts(DIRECTORY).byId(link.user_id));
      if (!holder) return refuse("link_refused");
      refuseWeakPassword(context, holder, body.password);
      const password_hash = await hashPassword(body.password);
      if (!(await links.take("reset", body.token))) return refuse("link_refused");
      const { user_id } = holder.user;
      await createOwnAccount(DIRECTORY).setPassword(user_id, password_hash);
      await endSessions(context, user_id, { which: "all" });
      notify(context, holder.mail, letters.passwordChanged(letterhead(context)));
      set.status = 204;
    },
    { ...publicBody(ResetBodySchema), ...reset },
  );
