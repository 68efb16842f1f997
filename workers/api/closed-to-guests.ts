import type { Caller } from "../../schema/caller.ts";
import type { RequestContext } from "../context.ts";
import { refuse } from "../refused.ts";
import { createAccounts } from "../services/accounts.ts";

/**
 * A guest is in the room that they were let into, and takes part there. What reaches beyond it is not for them: rooms
 * and invitations of their own, programs that act for them, and looking for people.
 */
const closed: ReadonlySet<string> = new Set([
  "GET /v1/users",
  "POST /v1/bots",
  "POST /v1/bots/{user_id}/tokens",
  "POST /v1/contacts/lookup",
  "POST /v1/me/invitations",
  "POST /v1/me/tokens",
  "POST /v1/rooms",
  "POST /v1/rooms/{room_id}/join",
  // What would make an account of a visit.
  "PUT /v1/me/mail",
  "PUT /v1/me/password",
  "POST /v1/me/passkeys",
  "POST /v1/me/passkeys/options",
]);

export function isClosedToGuests(method: string, path: string): boolean {
  return closed.has(`${method} ${path}`);
}

/** The names of those whose ids one has seen are no search: without them a room could not be shown. */
export function asksForNames(request: Request): boolean {
  return request.method !== "POST" && !new URL(request.url).searchParams.has("handle");
}

export async function refuseGuests({ env }: RequestContext, { user_id }: Caller): Promise<void> {
  const login = await createAccounts(env.DIRECTORY).byId(user_id);
  if (login?.user.kind === "guest") refuse("not_allowed");
}
