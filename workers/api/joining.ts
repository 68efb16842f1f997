import { newId } from "../../schema/ids.ts";
import type { User, UserKind } from "../../schema/user.ts";
import { limits } from "../../schema/limits.ts";
import type { RequestContext } from "../context.ts";
import { contextOf } from "../context.ts";
import { refuse } from "../refused.ts";
import type { NewAccount } from "../services/accounts.ts";
import { createAccounts } from "../services/accounts.ts";
import { createAttempts } from "../services/attempts.ts";
import { createInvitations } from "../services/invitations.ts";
import { sendVerification } from "../services/mail-links.ts";
import { tokensOf } from "./authenticate.ts";
import type { CookieJar } from "./cookies.ts";
import { cookie, cookieOf, setCookies } from "./cookies.ts";

/**
 * What every way to make an account asks first: who may come in here, and how old they must be. The date of birth is
 * judged and dropped; of who is too young nothing is kept but a cookie in their own browser, which says that it was
 * told so and lets no second date be tried.
 */
const AGE_COOKIE = "__Host-quoth_age";

export interface Joining {
  mail?: string | undefined;
  birth_date?: string | undefined;
  invitation?: string | undefined;
}

export async function requireJoining(
  { request, set }: { request: Request; set: CookieJar },
  { mail, birth_date, invitation }: Joining,
): Promise<void> {
  const context = contextOf(request);
  const { REGISTRATION, MAIL_DOMAINS } = context.config;
  await createAttempts(context.env).registration(context.address);
  await requireAge({ request, set }, birth_date);
  if (REGISTRATION === "closed") refuse("registration_closed");
  if (REGISTRATION === "invited" && invitation === undefined) refuse("registration_closed");
  if (MAIL_DOMAINS.size > 0 && !isOfDomain(mail ?? "", MAIL_DOMAINS)) refuse("mail_not_allowed");
}

/**
 * Makes the account. Where an invitation is what lets people in, it is taken for the new user first, and given back
 * if there is to be none; what it invites to, its holder follows once they are signed in. Whether anybody else has
 * the mail address shows in a letter to it and nowhere else.
 */
export async function join(
  context: RequestContext,
  account: NewAccount,
  { mail, invitation }: Joining,
): Promise<void> {
  const { DIRECTORY } = context.env;
  const { user } = account;
  const invitations = createInvitations(DIRECTORY);
  const asked = context.config.REGISTRATION === "invited" ? (invitation ?? "") : null;
  const taken = asked === null ? null : await invitations.take(asked, user.user_id);
  if (asked !== null && taken === null) refuse("link_refused");
  // A repeat of a registration that was made is told the same: only signing in says whose a handle is.
  if (!(await createAccounts(DIRECTORY).register(account))) {
    if (taken) await invitations.giveBack(taken.invitation_id, user.user_id);
    refuse("handle_taken");
  }
  if (mail !== undefined) await sendVerification(context, user, mail);
}

/** For guests too. Where nobody is asked, a date that is given all the same is not looked at. */
export async function requireAge(
  { request, set }: { request: Request; set: CookieJar },
  birth_date: string | undefined,
): Promise<void> {
  const context = contextOf(request);
  const { MINIMUM_AGE } = context.config;
  if (MINIMUM_AGE === 0) return;
  const told = cookieOf(request, AGE_COOKIE);
  if (told !== null && (await tokensOf(context).verifyAge(told))) return refuse("too_young");
  if (birth_date === undefined) return refuse("invalid", { field: "birth_date" });
  if (ageOn(birth_date, context.started_at) >= MINIMUM_AGE) return;
  const { token } = await tokensOf(context).issueAge();
  setCookies(set, [cookie(AGE_COOKIE, token, limits.age_refusal_ms)]);
  refuse("too_young");
}

/** Whole years between two days of the calendar. Who was born on 29 February is a year older on 1 March. */
export function ageOn(birth_date: string, now_ms: number): number {
  const [year = 0, month = 0, day = 0] = birth_date.split("-").map(Number);
  const now = new Date(now_ms);
  const hadBirthday =
    now.getUTCMonth() + 1 > month || (now.getUTCMonth() + 1 === month && now.getUTCDate() >= day);
  return now.getUTCFullYear() - year - (hadBirthday ? 0 : 1);
}

export function isOfDomain(mail: string, domains: ReadonlySet<string>): boolean {
  return domains.has(mail.slice(mail.lastIndexOf("@") + 1).toLowerCase());
}

/** A user as they begin. */
export function newUser(kind: UserKind, handle: string, display_name: string = handle): User {
  return {
    user_id: newId("user"),
    kind,
    handle,
    display_name,
    pronouns: "",
    fields: [],
    verified: false,
    created_at: Date.now(),
  };
}
