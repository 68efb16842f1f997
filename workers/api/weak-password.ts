import type { User } from "../../schema/user.ts";
import type { RequestContext } from "../context.ts";
import { refuse } from "../refused.ts";
import { isGuessable, wordsAbout } from "../services/password-rules.ts";

/** A new password for an account that exists. */
export function refuseWeakPassword(
  { config }: Pick<RequestContext, "config">,
  { user, mail }: { user: Pick<User, "handle" | "display_name">; mail: string | null },
  password: string,
): void {
  const words = wordsAbout(config.DEPLOYMENT_NAME, { ...user, mail });
  if (isGuessable(password, words)) refuse("weak_password", { field: "password" });
}
