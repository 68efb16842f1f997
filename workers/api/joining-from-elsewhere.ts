import * as v from "valibot";
import type { User } from "../../schema/user.ts";
import { MailSchema } from "../../schema/user.ts";
import { contextOf } from "../context.ts";
import { Refused, refuse } from "../refused.ts";
import { createAccounts } from "../services/accounts.ts";
import { displayNameFor, handlesFor } from "../services/foreign-names.ts";
import type { Identity } from "../services/identities.ts";
import { createIdentities } from "../services/identities.ts";
import type { Profile } from "../services/oidc.ts";
import { createOwnAccount } from "../services/own-account.ts";
import type { CookieJar } from "./cookies.ts";
import { join, newUser, requireJoining } from "./joining.ts";

/**
 * An account for somebody whom another service vouches for, under the rules of every other registration. A mail
 * address that the service has proved is only where our own link is sent: it takes over no account that has it.
 */
export async function joinFromElsewhere(
  visit: { request: Request; set: CookieJar },
  identity: Identity,
  profile: Profile,
): Promise<User> {
  const context = contextOf(visit.request);
  const mail = v.is(MailSchema, profile.mail) ? profile.mail : undefined;
  const birth_date = profile.birth_date ?? undefined;
  // Nobody can be asked on this way: where an age is asked for, the service has to say it.
  if (context.config.MINIMUM_AGE > 0 && birth_date === undefined) refuse("registration_closed");
  await requireJoining(visit, { mail, birth_date });
  const made = await joinAsAnyOf(visit.request, profile, mail);
  const { DIRECTORY } = context.env;
  const owner = await createIdentities(DIRECTORY).link(identity, made.user_id);
  if (owner === made.user_id) return made;
  // Two tabs came back at once. The other's account is the one that stays.
  await createOwnAccount(DIRECTORY).unmake(made.user_id);
  const login = await createAccounts(DIRECTORY).byId(owner);
  return login?.user ?? refuse("provider_refused");
}

async function joinAsAnyOf(
  request: Request,
  { preferred_username, name }: Profile,
  mail: string | undefined,
): Promise<User> {
  for (const handle of handlesFor(preferred_username, Math.random)) {
    const user = newUser("person", handle, displayNameFor(name, handle));
    try {
      await join(contextOf(request), { user, password_hash: null }, { mail });
      return user;
    } catch (error) {
      if (!(error instanceof Refused) || error.refusal.code !== "handle_taken") throw error;
    }
  }
  return refuse("handle_taken");
}
