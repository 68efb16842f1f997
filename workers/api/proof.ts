import { inboxActor } from "../../durable/address.ts";
import type { Caller } from "../../schema/caller.ts";
import { limits } from "../../schema/limits.ts";
import type { RequestContext } from "../context.ts";
import { refuse } from "../refused.ts";
import { createAccounts } from "../services/accounts.ts";
import { createAttempts } from "../services/attempts.ts";
import { verifyPassword } from "../services/passwords.ts";
import { valueOf } from "./answer.ts";

/**
 * Before what could take an account away from its owner: that it is they who ask, and not somebody at a device that
 * they left open. The password shows it, or having signed in on this device just now. A program's token shows nothing.
 */
export async function requireProof(
  context: RequestContext,
  caller: Caller,
  current_password?: string,
): Promise<void> {
  if (current_password !== undefined) return requirePassword(context, caller, current_password);
  const identity = await context.identity;
  if (identity?.scopes !== null) return refuse("recent_sign_in_required");
  await requireRecent(context, caller);
}

/** Having signed in on this device just now; where it says so, by nothing less than a passkey. */
export async function requireRecent(
  context: RequestContext,
  caller: Caller,
  by_passkey = false,
): Promise<void> {
  const devices = valueOf(await inboxActor(context.env, caller.user_id).devices(caller));
  const here = devices.find((device) => device.device_id === caller.device_id);
  const since_ms = Date.now() - (here?.created_at ?? 0);
  const is_enough = !by_passkey || here?.method === "passkey";
  if (since_ms > limits.recent_sign_in_ms || !is_enough) refuse("recent_sign_in_required");
}

/** Counted as signing in is, by a key of this device's own: whoever guesses here locks nobody out elsewhere. */
async function requirePassword(
  context: RequestContext,
  { user_id, device_id }: Caller,
  password: string,
): Promise<void> {
  const attempts = createAttempts(context.env);
  await attempts.fromAddress(context.address);
  await attempts.asKnown(user_id, device_id);
  const login = await createAccounts(context.env.DIRECTORY).byId(user_id);
  if (!(await verifyPassword(password, login?.password_hash ?? null))) refuse("wrong_credentials");
}
