import type { UserId } from "../../schema/ids.ts";
import type { RequestContext } from "../context.ts";
import { refuse } from "../refused.ts";
import { createAccounts } from "../services/accounts.ts";

/** A room knows ids only, and would take a member that does not exist. */
export async function requireUsers(
  { env }: RequestContext,
  ids: readonly UserId[],
  field: string,
): Promise<void> {
  const found = await createAccounts(env.DIRECTORY).usersByIds(ids);
  const here = found.filter((user) => user.kind !== "gone");
  const known = new Set(here.map((user) => user.user_id));
  if (!ids.every((id) => known.has(id))) refuse("invalid", { field });
}
