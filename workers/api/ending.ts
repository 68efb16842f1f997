import { inboxActor } from "../../durable/address.ts";
import type { DeviceId, UserId } from "../../schema/ids.ts";
import type { RequestContext } from "../context.ts";
import type { SessionsEnded } from "../../schema/inbox-rpc.ts";
import { Refused, refuse } from "../refused.ts";
import { valueOf } from "./answer.ts";

/** Signs a device of this user out, be it a browser's or a program's token. What is not theirs is not there. */
export async function endDevice(
  { env }: RequestContext,
  user_id: UserId,
  device_id: DeviceId,
): Promise<void> {
  const ended = valueOf(
    await inboxActor(env, user_id).signOut(user_id, { which: "one", device_id }),
  );
  if (ended === 0) refuse("not_found");
}

/** Ends sessions, or fails where that did not happen. Who never signed in has none to end. */
export async function endSessions(
  { env }: Pick<RequestContext, "env">,
  user_id: UserId,
  which: SessionsEnded,
): Promise<void> {
  const ended = await inboxActor(env, user_id).signOut(user_id, which);
  if (!ended.ok && ended.refusal.code !== "not_found") throw new Refused(ended.refusal);
}
