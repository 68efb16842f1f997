import { Elysia } from "elysia";
import * as v from "valibot";
import { roomActor } from "../../durable/address.ts";
import type { Caller } from "../../schema/caller.ts";
import {
  AcceptedInvitationSchema,
  AcceptInvitationBodySchema,
  CreatedInvitationSchema,
  InvitationBodySchema,
  InvitationsSchema,
  InvitationViewSchema,
} from "../../schema/http-account.ts";
import { may } from "../../schema/permissions.ts";
import type { RequestContext } from "../context.ts";
import { contextOf } from "../context.ts";
import { refuse } from "../refused.ts";
import { createAccounts } from "../services/accounts.ts";
import { createAttempts } from "../services/attempts.ts";
import { createInvitations } from "../services/invitations.ts";
import { letters } from "../services/letters.ts";
import { letterhead, notify } from "../services/mail-links.ts";
import { acceptInvitation } from "./accept-invitation.ts";
import { valueOf } from "./answer.ts";
import { signedIn } from "./authenticate.ts";
import { noBody, publicBody, signedInBody } from "./body.ts";
import { operation } from "./operation.ts";
import { refuseForeignOrigin } from "./origin.ts";

const create = operation(
  "invitations",
  "createInvitation",
  "Invite to a room, or to be a contact",
  {
    account: true,
    refusals: ["not_found", "not_allowed", "too_many", "slow_down"],
  },
);
const mine = operation("invitations", "listInvitations", "One's own open invitations");
const revoke = operation("invitations", "revokeInvitation", "Revoke an invitation", {
  account: true,
});
const view = operation("invitations", "viewInvitation", "What an invitation is to", {
  public: true,
  refusals: ["link_refused", "slow_down", "bad_origin"],
});
const accept = operation("invitations", "acceptInvitation", "Follow an invitation", {
  account: true,
  refusals: ["link_refused", "not_allowed", "room_full", "slow_down"],
});

const InvitationPathSchema = v.object({ invitation_id: v.pipe(v.string(), v.uuid()) });

const own = new Elysia({ prefix: "/v1/me/invitations" })
  .use(signedIn)
  .get(
    "",
    async ({ request, caller }) => {
      const { env } = contextOf(request);
      return { invitations: await createInvitations(env.DIRECTORY).of(caller.user_id) };
    },
    { ...mine, response: { 200: InvitationsSchema } },
  )
  .post(
    "",
    async ({ request, body, caller, status }) => {
      const context = contextOf(request);
      await requireInviter(context, caller, body);
      const { mail = null } = body;
      if (mail !== null) await takeMail(context, caller, mail);
      // By mail it is for one person.
      const wanted = { ...body, mail, uses: mail === null ? body.uses : 1 };
      const created = await createInvitations(context.env.DIRECTORY).create({
        inviter: caller.user_id,
        ...wanted,
      });
      if (!created) return refuse("too_many");
      const { token, invitation } = created;
      const inviter = await createAccounts(context.env.DIRECTORY).byId(caller.user_id);
      const name = inviter?.user.display_name ?? "";
      notify(context, mail, letters.invitation(letterhead(context), name, token));
      return status(201, { link: `${context.own_origin}/invite#${token}`, invitation });
    },
    {
      ...signedInBody(InvitationBodySchema),
      ...create,
      response: { 201: CreatedInvitationSchema },
    },
  )
  .delete(
    "/:invitation_id",
    async ({ request, params, caller, set }) => {
      const { env } = contextOf(request);
      const invitations = createInvitations(env.DIRECTORY);
      if (!(await invitations.revoke(caller.user_id, params.invitation_id))) refuse("not_found");
      set.status = 204;
    },
    { ...noBody, ...revoke, params: InvitationPathSchema },
  );

export const invitations = new Elysia()
  .use(own)
  .post(
    "/v1/invitations/view",
    async ({ request, body }) => {
      const context = contextOf(request);
      refuseForeignOrigin(request, context);
      await createAttempts(context.env).fromAddress(context.address);
      const found = await createInvitations(context.env.DIRECTORY).find(body.token);
      const inviter =
        found && (await createAccounts(context.env.DIRECTORY).byId(found.inviter))?.user;
      if (!inviter || inviter.kind === "gone") return refuse("link_refused");
      return { inviter, room_id: found.room_id, guest: found.guest };
    },
    {
      ...publicBody(AcceptInvitationBodySchema),
      ...view,
      response: { 200: InvitationViewSchema },
    },
  )
  .use(
    new Elysia({ prefix: "/v1/invitations" }).use(signedIn).post(
      "/accept",
      async ({ request, body, caller }) => {
        const context = contextOf(request);
        await createAttempts(context.env).fromAddress(context.address);
        const { inviter, room_id } = await acceptInvitation(context, caller, body.token);
        return { user_id: inviter, room_id };
      },
      {
        ...signedInBody(AcceptInvitationBodySchema),
        ...accept,
        response: { 200: AcceptedInvitationSchema },
      },
    ),
  );

/** Whoever invites to a room may add people to it; and only a room that says so has guests. */
async function requireInviter(
  { env, config }: RequestContext,
  caller: Caller,
  { room_id, guest }: v.InferOutput<typeof InvitationBodySchema>,
): Promise<void> {
  if (guest && room_id === null) refuse("invalid", { field: "guest" });
  if (guest && config.GUESTS === "off") refuse("not_allowed");
  if (room_id === null) return;
  const { role, room } = valueOf(await roomActor(env, room_id).view(caller));
  if (!may(role, "member.add", room)) refuse("not_allowed");
}

async function takeMail({ env }: RequestContext, caller: Caller, mail: string): Promise<void> {
  const attempts = createAttempts(env);
  await attempts.mailFrom(caller.user_id);
  await attempts.mailTo("invitation", mail);
}
