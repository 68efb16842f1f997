import { Elysia } from "elysia";
import * as v from "valibot";
import {
  AddPasskeyBodySchema,
  PasskeyOptionsSchema,
  PasskeySchema,
  PasskeysSchema,
  ProofBodySchema,
  RenameBodySchema,
} from "../../schema/http-account.ts";
import { DeviceIdSchema, UserIdSchema } from "../../schema/ids.ts";
import { limits } from "../../schema/limits.ts";
import { contextOf } from "../context.ts";
import { refuse } from "../refused.ts";
import { createAccounts } from "../services/accounts.ts";
import { challengesOf } from "../services/challenges.ts";
import { createPasskeyStore } from "../services/passkey-store.ts";
import { createdPasskey, creationOptions } from "../services/passkeys.ts";
import { signedIn } from "./authenticate.ts";
import { signedInBody } from "./body.ts";
import { operation } from "./operation.ts";
import { siteOf } from "./passkey-sign-in.ts";
import { requireProof } from "./proof.ts";
import { tellSignInChanged } from "./sign-in-changed.ts";

const proofRefusals = ["recent_sign_in_required", "wrong_credentials", "slow_down"] as const;

const list = operation("passkeys", "listPasskeys", "One's own passkeys", { account: true });
const options = operation(
  "passkeys",
  "getPasskeyOptions",
  "Ask what to give the browser, to add a passkey to one's account",
  { account: true, refusals: [...proofRefusals, "too_many"] },
);
const add = operation("passkeys", "addPasskey", "Add the passkey that was just made", {
  account: true,
  refusals: ["challenge_refused", "passkey_refused", "too_many"],
});
const rename = operation("passkeys", "renamePasskey", "Name one of one's passkeys", {
  account: true,
});
const remove = operation("passkeys", "removePasskey", "Remove one of one's passkeys", {
  account: true,
  refusals: [...proofRefusals, "last_sign_in_method"],
});

/** Whom the proof was given by, and on which device. */
const OwnerClaimsSchema = v.object({ user_id: UserIdSchema, device_id: DeviceIdSchema });
const PasskeyPathSchema = v.object({ passkey_id: v.pipe(v.string(), v.maxLength(2_048)) });

/** The passkeys of who asks. Another's are not there. */
export const ownPasskeys = new Elysia({ prefix: "/me/passkeys" })
  .use(signedIn)
  .get(
    "",
    async ({ request, caller }) => {
      const store = createPasskeyStore(contextOf(request).env.DIRECTORY);
      return { passkeys: await store.of(caller.user_id) };
    },
    { ...list, response: { 200: PasskeysSchema } },
  )
  .post(
    "/options",
    async ({ request, body, caller }) => {
      const context = contextOf(request);
      await requireProof(context, caller, body.current_password);
      const { DIRECTORY } = context.env;
      const { user_id, device_id } = caller;
      const login = await createAccounts(DIRECTORY).byId(user_id);
      if (login === null) return refuse("unauthenticated");
      const existing = (await createPasskeyStore(DIRECTORY).of(user_id)).map(
        (key) => key.passkey_id,
      );
      if (existing.length >= limits.passkeys) return refuse("too_many");
      const { challenge_id, token } = await challengesOf(context).issue("passkey.add", {
        user_id,
        device_id,
      });
      const { handle, display_name } = login.user;
      const asked = { challenge_id, user_id, handle, display_name, existing };
      return { challenge: token, options: await creationOptions(siteOf(context), asked) };
    },
    { ...signedInBody(ProofBodySchema), ...options, response: { 200: PasskeyOptionsSchema } },
  )
  .post(
    "",
    async ({ request, body, caller, status }) => {
      const context = contextOf(request);
      const open = await challengesOf(context).take(
        "passkey.add",
        OwnerClaimsSchema,
        body.challenge,
      );
      const { user_id, device_id } = caller;
      if (open?.claims.user_id !== user_id || open.claims.device_id !== device_id)
        return refuse("challenge_refused");
      const passkey = await createdPasskey(siteOf(context), open.challenge_id, body.credential);
      if (!passkey) return refuse("passkey_refused");
      const store = createPasskeyStore(context.env.DIRECTORY);
      const added = await store.add(user_id, { ...passkey, name: body.name });
      if (added === "too_many") return refuse("too_many");
      if (added === "taken") return refuse("passkey_refused");
      await tellSignInChanged(context, user_id, "A passkey was added");
      return status(201, added);
    },
    { ...signedInBody(AddPasskeyBodySchema), ...add, response: { 201: PasskeySchema } },
  )
  .patch(
    "/:passkey_id",
    async ({ request, params, body, caller }) => {
      const store = createPasskeyStore(contextOf(request).env.DIRECTORY);
      const renamed = await store.rename(caller.user_id, params.passkey_id, body.name);
      return renamed ?? refuse("not_found");
    },
    {
      ...signedInBody(RenameBodySchema),
      ...rename,
      params: PasskeyPathSchema,
      response: { 200: PasskeySchema },
    },
  )
  .delete(
    "/:passkey_id",
    async ({ request, params, body, caller, set }) => {
      const context = contextOf(request);
      await requireProof(context, caller, body.current_password);
      const store = createPasskeyStore(context.env.DIRECTORY);
      const issuers = context.config.OIDC_PROVIDERS.map(({ issuer }) => issuer);
      const removed = await store.remove(caller.user_id, params.passkey_id, issuers);
      if (removed === "none") refuse("not_found");
      if (removed === "last") refuse("last_sign_in_method");
      await tellSignInChanged(context, caller.user_id, "A passkey was removed");
      set.status = 204;
    },
    { ...signedInBody(ProofBodySchema), ...remove, params: PasskeyPathSchema },
  );
