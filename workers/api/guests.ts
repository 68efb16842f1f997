import { Elysia } from "elysia";
import { GuestBodySchema, SessionSchema } from "../../schema/http-account.ts";
import { newId } from "../../schema/ids.ts";
import { contextOf } from "../context.ts";
import { Refused, refuse } from "../refused.ts";
import { createAccounts } from "../services/accounts.ts";
import { createAttempts } from "../services/attempts.ts";
import { createInvitations } from "../services/invitations.ts";
import { createOwnAccount } from "../services/own-account.ts";
import { acceptInvitation } from "./accept-invitation.ts";
import { publicBody } from "./body.ts";
import { newUser, requireAge } from "./joining.ts";
import { operation } from "./operation.ts";
import { refuseForeignOrigin } from "./origin.ts";
import { openSession } from "./session.ts";

const enter = operation("guests", "enterAsGuest", "Come in by an invitation, without an account", {
  public: true,
  refusals: [
    "link_refused",
    "registration_closed",
    "too_young",
    "room_full",
    "slow_down",
    "bad_origin",
  ],
});

export const guests = new Elysia({ prefix: "/v1/auth" }).post(
  "/guest",
  async ({ request, body, set, status }) => {
    const context = contextOf(request);
    const { env, config } = context;
    refuseForeignOrigin(request, context);
    await createAttempts(env).registration(context.address);
    if (config.GUESTS === "off") refuse("registration_closed");
    const invitation = await createInvitations(env.DIRECTORY).find(body.invitation);
    if (!invitation?.guest) return refuse("link_refused");
    await requireAge({ request, set }, body.birth_date);
    const user = newUser("guest", guestHandle(), body.display_name);
    if (!(await createAccounts(env.DIRECTORY).register({ user, password_hash: null })))
      return refuse("handle_taken");
    const { user_id } = user;
    // No session is open yet, so there is no device of theirs: the room is entered on the inviter's word.
    const caller = { user_id, device_id: newId("device"), request_id: context.request_id };
    try {
      await acceptInvitation(context, caller, body.invitation);
    } catch (error) {
      if (error instanceof Refused) await createOwnAccount(env.DIRECTORY).unmake(user_id);
      throw error;
    }
    return status(201, await openSession({ request, set, user, method: "invitation" }));
  },
  { ...publicBody(GuestBodySchema), ...enter, response: { 201: SessionSchema } },
);

const HANDLE_BYTES = 8;

/** By chance, of digits that have skeletons of their own. */
function guestHandle(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(HANDLE_BYTES));
  return `guest-${Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}
