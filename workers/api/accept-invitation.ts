import { inboxActor, roomActor } from "../../durable/address.ts";
import type { Caller } from "../../schema/caller.ts";
import type { RoomId, UserId } from "../../schema/ids.ts";
import { deriveId } from "../../schema/ids.ts";
import type { RequestContext } from "../context.ts";
import { Refused, refuse } from "../refused.ts";
import { createAccounts } from "../services/accounts.ts";
import type { OpenInvitation } from "../services/invitations.ts";
import { createInvitations } from "../services/invitations.ts";
import { valueOf } from "./answer.ts";
import { welcomeTo } from "./welcoming.ts";

/**
 * Following an invitation is something that two people do: the inviter did their part when they made it. So the Worker
 * acts for the inviter too, by an id that follows from the invitation, and doing it again does nothing more.
 */
export async function acceptInvitation(
  context: RequestContext,
  caller: Caller,
  token: string,
): Promise<OpenInvitation> {
  const invitations = createInvitations(context.env.DIRECTORY);
  const invitation = await invitations.take(token, caller.user_id);
  if (!invitation) return refuse("link_refused");
  try {
    await requireInviterHere(context, invitation, caller.user_id);
    await requireWelcome(context, invitation, caller.user_id);
    await (invitation.room_id === null
      ? becomeContacts(context, invitation, caller)
      : enterRoom(context, { ...invitation, room_id: invitation.room_id }, caller.user_id));
  } catch (error) {
    // Only what was refused: whatever else went wrong may have had its effect, and is tried again by the same taker.
    if (error instanceof Refused && invitation.first)
      await invitations.giveBack(invitation.invitation_id, caller.user_id);
    throw error;
  }
  return invitation;
}

async function requireInviterHere(
  { env }: RequestContext,
  { inviter }: OpenInvitation,
  taker: UserId,
): Promise<void> {
  const login = inviter === taker ? null : await createAccounts(env.DIRECTORY).byId(inviter);
  if (login === null || login.user.kind === "gone") refuse("link_refused");
}

/** Whoever made a link for people did not say that guests may come. */
async function requireWelcome(
  { env }: RequestContext,
  { guest }: OpenInvitation,
  taker: UserId,
): Promise<void> {
  const login = guest ? null : await createAccounts(env.DIRECTORY).byId(taker);
  if (login?.user.kind === "guest") refuse("not_allowed");
}

function inviterOf(
  { inviter, invitation_id }: OpenInvitation,
  { request_id }: RequestContext,
): Caller {
  return {
    user_id: inviter,
    device_id: deriveId("device", "invitation", invitation_id),
    request_id,
  };
}

async function enterRoom(
  context: RequestContext,
  invitation: OpenInvitation & { room_id: RoomId },
  user_id: UserId,
): Promise<void> {
  const { invitation_id, room_id } = invitation;
  const command_id = deriveId("command", "invitation", invitation_id, user_id);
  const answer = await roomActor(context.env, room_id).command(inviterOf(invitation, context), {
    type: "add",
    command_id,
    user_id,
  });
  if (answer.ok) welcomeTo(context, room_id, [user_id]);
  if (answer.ok || answer.refusal.code === "already_member") return;
  // The inviter has left the room, or may not add people any more: that is between them and the room.
  if (answer.refusal.code === "not_found" || answer.refusal.code === "not_allowed")
    refuse("link_refused");
  throw new Refused(answer.refusal);
}

async function becomeContacts(
  context: RequestContext,
  invitation: OpenInvitation,
  caller: Caller,
): Promise<void> {
  const { inviter, invitation_id } = invitation;
  const wish = (from: Caller, to: UserId) =>
    inboxActor(context.env, from.user_id).command(from, {
      type: "request",
      command_id: deriveId("command", "invitation", invitation_id, from.user_id, to),
      user_id: to,
    });
  const [theirs, own] = await Promise.all([
    wish(inviterOf(invitation, context), caller.user_id),
    wish(caller, inviter),
  ]);
  // Why the inviter's inbox would not is theirs alone: a block, say.
  if (!theirs.ok) refuse("link_refused");
  valueOf(own);
}
