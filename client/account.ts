import type * as v from "valibot";
import type { ContactState } from "../schema/contact.ts";
import type { ApiToken, Device } from "../schema/device.ts";
import type * as account from "../schema/http-account.ts";
import type { RoomId, UserId } from "../schema/ids.ts";
import { newId } from "../schema/ids.ts";
import type { User } from "../schema/user.ts";
import { having, nothing, type Asked, type Call, type Read } from "./call.ts";
import type { Client } from "./client.ts";
import { session } from "./http.ts";

type Body<S extends v.GenericSchema> = v.InferInput<S>;
type Answer<S extends v.GenericSchema> = v.InferOutput<S>;
type Contacts = Answer<typeof account.ContactsSchema>;

export type ContactRow = Contacts["contacts"][number];
export type ListedContacts = ContactState | "all";
export type PasskeyOptions = Answer<typeof account.PasskeyOptionsSchema>;
/** What proves that it is the owner who asks, where they did not sign in just now. */
export type Proof = Body<typeof account.ProofBodySchema>;
export type Credential = Body<typeof account.PasskeyLoginBodySchema>["credential"];
export type AccountCalls = ReturnType<typeof createAccount>;

/** The routes of one's own account, for who needs them: the client itself does without. */
export function createAccount(client: Pick<Client, "world" | "signedIn">) {
  const { call } = client.world;
  return {
    ...joining(call, client),
    ...devices(call),
    ...secrets(call),
    ...profile(call),
    ...others(call),
  };
}

const list =
  <T>(field: string): Read<T[]> =>
  (json) => {
    const items = (json as Record<string, unknown> | null)?.[field];
    return Array.isArray(items) ? items : null;
  };

/** Whoever has come in by one of these is signed in. */
function joining(call: Call, client: Pick<Client, "signedIn">) {
  const enter = async (path: string, body: unknown): Promise<User> =>
    client.signedIn(await call({ method: "POST", path, body, read: session }));
  const options = having<PasskeyOptions>("challenge", "options");
  const post = <T>(path: string, body: unknown, read: Read<T>) =>
    call({ method: "POST", path, body, read });
  return {
    offers: () =>
      call({
        path: "/v1/auth/offers",
        read: having<account.Offers>("registration", "providers", "guests"),
      }),
    passkeyRegistration: (body: Body<typeof account.PasskeyRegisterOptionsBodySchema>) =>
      post("/v1/auth/passkeys/register/options", body, options),
    registerWithPasskey: (body: Body<typeof account.PasskeyRegisterBodySchema>) =>
      enter("/v1/auth/passkeys/register", body),
    passkeySignIn: () => post("/v1/auth/passkeys/login/options", undefined, options),
    signInWithPasskey: (body: Body<typeof account.PasskeyLoginBodySchema>) =>
      enter("/v1/auth/passkeys/login", body),
    /** The second factor's code, after another service has vouched; its cookie says for whom. */
    giveProviderCode: (code: string) => enter("/v1/auth/oidc/code", { code }),
    enterAsGuest: (body: Body<typeof account.GuestBodySchema>) => enter("/v1/auth/guest", body),
    verifyMail: (token: string) => post("/v1/auth/mail/verify", { token }, nothing),
    forgotPassword: (mail: string) => post("/v1/auth/password/forgot", { mail }, nothing),
    resetPassword: (body: Body<typeof account.ResetBodySchema>) =>
      post("/v1/auth/password/reset", body, nothing),
    viewInvitation: (token: string) =>
      post(
        "/v1/invitations/view",
        { token },
        having<Answer<typeof account.InvitationViewSchema>>("inviter", "room_id", "guest"),
      ),
  };
}

function devices(call: Call) {
  return {
    devices: () => call({ path: "/v1/me/devices", read: list<Device>("devices") }),
    renameDevice: (device_id: string, name: string) =>
      call({ method: "PATCH", path: `/v1/me/devices/${device_id}`, body: { name }, read: nothing }),
    signOutDevice: (device_id: string) => remove(call, `/v1/me/devices/${device_id}`),
    signOutOthers: () =>
      call({ method: "POST", path: "/v1/auth/logout", body: { which: "others" }, read: nothing }),
    tokens: () => call({ path: "/v1/me/tokens", read: list<ApiToken>("tokens") }),
    createToken: (body: Body<typeof account.CreateTokenBodySchema>) =>
      call({
        method: "POST",
        path: "/v1/me/tokens",
        body,
        read: having<Answer<typeof account.CreatedTokenSchema>>("token", "details"),
      }),
    revokeToken: (device_id: string) => remove(call, `/v1/me/tokens/${device_id}`),
  };
}

function secrets(call: Call) {
  const codes = list<string>("codes");
  return {
    identities: () =>
      call({ path: "/v1/me/identities", read: list<account.Identity>("identities") }),
    removeIdentity: (identity_id: string, proof: Proof) =>
      remove(call, `/v1/me/identities/${encodeURIComponent(identity_id)}`, proof),
    passkeys: () => call({ path: "/v1/me/passkeys", read: list<account.Passkey>("passkeys") }),
    passkeyOptions: (proof: Proof) =>
      call({
        method: "POST",
        path: "/v1/me/passkeys/options",
        body: proof,
        read: having<PasskeyOptions>("challenge", "options"),
      }),
    addPasskey: (body: Body<typeof account.AddPasskeyBodySchema>) =>
      call({ method: "POST", path: "/v1/me/passkeys", body, read: nothing }),
    renamePasskey: (passkey_id: string, name: string) =>
      call({
        method: "PATCH",
        path: `/v1/me/passkeys/${encodeURIComponent(passkey_id)}`,
        body: { name },
        read: nothing,
      }),
    removePasskey: (passkey_id: string, proof: Proof) =>
      remove(call, `/v1/me/passkeys/${encodeURIComponent(passkey_id)}`, proof),
    beginSecondFactor: (proof: Proof) =>
      call({
        method: "POST",
        path: "/v1/me/second-factor",
        body: proof,
        read: having<Answer<typeof account.SecondFactorSchema>>("secret", "uri"),
      }),
    confirmSecondFactor: (code: string) =>
      call({ method: "POST", path: "/v1/me/second-factor/confirm", body: { code }, read: codes }),
    removeSecondFactor: (proof: Proof) => remove(call, "/v1/me/second-factor", proof),
    newRecoveryCodes: (proof: Proof) =>
      call({ method: "POST", path: "/v1/me/recovery-codes", body: proof, read: codes }),
    changePassword: (body: Body<typeof account.ChangePasswordBodySchema>) =>
      call({ method: "PUT", path: "/v1/me/password", body, read: nothing }),
  };
}

function profile(call: Call) {
  return {
    changeProfile: (body: Body<typeof account.ProfileBodySchema>) =>
      call({ method: "PATCH", path: "/v1/me", body, read: nothing }),
    changeMail: (body: Body<typeof account.ChangeMailBodySchema>) =>
      call({ method: "PUT", path: "/v1/me/mail", body, read: nothing }),
    exportAccount: () =>
      call({
        path: "/v1/me/export",
        read: having<Answer<typeof account.ExportSchema>>("user", "account", "inbox"),
      }),
    sendMailLinkAgain: () => call({ method: "POST", path: "/v1/me/mail/again", read: nothing }),
    leave: (proof: Proof) =>
      call({
        method: "DELETE",
        path: "/v1/me",
        body: proof,
        read: having<Answer<typeof account.LeavingSchema>>("leaving_at"),
      }),
  };
}

/** Of invitations and contacts. Requests, their answers and blocks are commands of the inbox. */
function others(call: Call) {
  return {
    invitations: () =>
      call({ path: "/v1/me/invitations", read: list<account.Invitation>("invitations") }),
    invite: (body: Body<typeof account.InvitationBodySchema>) =>
      call({
        method: "POST",
        path: "/v1/me/invitations",
        body,
        read: having<Answer<typeof account.CreatedInvitationSchema>>("link", "invitation"),
      }),
    withdrawInvitation: (invitation_id: string) =>
      remove(call, `/v1/me/invitations/${encodeURIComponent(invitation_id)}`),
    acceptInvitation: (token: string) =>
      call({
        method: "POST",
        path: "/v1/invitations/accept",
        body: { token },
        command_id: newId("command"),
        read: having<{ user_id: UserId; room_id: RoomId | null }>("user_id", "room_id"),
      }),
    /** A page of them, by what their names begin with. */
    contacts: (search: { search?: string; after?: string } = {}) =>
      call({
        path: `/v1/me/contacts${query(search)}`,
        read: having<Contacts>("contacts", "after"),
      }),
    contactSalt: () => call({ path: "/v1/contacts/salt", read: having<{ salt: string }>("salt") }),
    lookUpContacts: (hashes: readonly string[]) =>
      call({
        method: "POST",
        path: "/v1/contacts/lookup",
        body: { hashes },
        read: list<{ hash: string; user: User }>("matches"),
      }),
  };
}

function remove(call: Call, path: string, body?: unknown) {
  const asked: Asked<true> = { method: "DELETE", path, read: nothing };
  return call(body === undefined ? asked : { ...asked, body });
}

function query(values: Record<string, string | undefined>): string {
  const given = Object.entries(values).filter(
    (pair): pair is [string, string] => pair[1] !== undefined,
  );
  return given.length === 0 ? "" : `?${new URLSearchParams(given).toString()}`;
}
