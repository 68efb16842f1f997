import type { UserId } from "../../schema/ids.ts";
import type { RequestContext } from "../context.ts";
import { createAccounts } from "../services/accounts.ts";
import { letters } from "../services/letters.ts";
import { letterhead, notify } from "../services/mail-links.ts";

/** A change of what signs in to an account is told where its mail goes, if it has any. */
export async function tellSignInChanged(
  context: RequestContext,
  user_id: UserId,
  what: string,
): Promise<void> {
  const login = await createAccounts(context.env.DIRECTORY).byId(user_id);
  notify(context, login?.mail ?? null, letters.signInChanged(letterhead(context), what));
}
