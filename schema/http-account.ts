import * as v from "valibot";
import { ContactSchema } from "./contact.ts";
import { ApiTokenSchema, DeviceNameSchema, DeviceSchema, ScopeSchema } from "./device.ts";
import { DeviceIdSchema, RoomIdSchema, UserIdSchema } from "./ids.ts";
import { arrangement, bookmarkEntries, draftEntries } from "./inbox-commands.ts";
import { InboxStateSchema } from "./inbox.ts";
import { limits } from "./limits.ts";
import { PresenceModeSchema, StatusSchema } from "./presence.ts";
import { SettingsChangeSchema } from "./settings.ts";
import {
  DisplayNameSchema,
  FieldsSchema,
  HandleSchema,
  MailSchema,
  PasswordSchema,
  PronounsSchema,
  UserSchema,
} from "./user.ts";

/** A secret that someone holds: a link's, an invitation's. Its form is judged by looking it up. */
const secret = v.pipe(v.string(), v.minLength(16), v.maxLength(256));
const code = v.pipe(v.string(), v.trim(), v.minLength(6), v.maxLength(32));
/** What `@simplewebauthn/browser` gives; the library judges it. */
const credential = v.looseObject({ id: v.pipe(v.string(), v.maxLength(2_048)) });
/** ISO, as a date field gives it, and a day that there was: the form alone lets 31 February pass. */
const birth_date = v.pipe(
  v.string(),
  v.isoDate(),
  v.check((text) => {
    const day = new Date(`${text}T00:00:00Z`);
    return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text);
  }, "no day of the calendar"),
);

/** Signing up and in. */
const joining = {
  handle: HandleSchema,
  display_name: v.optional(DisplayNameSchema),
  mail: v.optional(MailSchema),
  birth_date: v.optional(birth_date),
  invitation: v.optional(secret),
  device_name: v.optional(DeviceNameSchema),
};
export const RegisterBodySchema = v.strictObject({ ...joining, password: PasswordSchema });
/** Signing in says nothing about what a handle or a password may look like. A handle, or a verified mail address. */
export const LoginBodySchema = v.strictObject({
  handle: v.pipe(v.string(), v.maxLength(limits.mail_characters)),
  password: v.pipe(v.string(), v.maxLength(limits.password_characters_max)),
  /** Of the second factor, or one of the recovery codes. */
  code: v.optional(code),
  device_name: v.optional(DeviceNameSchema),
});
export const GuestBodySchema = v.strictObject({
  invitation: secret,
  display_name: DisplayNameSchema,
  birth_date: v.optional(birth_date),
});
/** Programs bring their refresh token; the page's is in its cookie. */
export const RefreshBodySchema = v.strictObject({ refresh_token: v.optional(v.string()) });
export const LogoutBodySchema = v.strictObject({
  which: v.optional(v.picklist(["this", "others", "all"]), "this"),
});
export const PasskeyRegisterOptionsBodySchema = v.strictObject(joining);
export const PasskeyRegisterBodySchema = v.strictObject({ challenge: v.string(), credential });
export const PasskeyLoginBodySchema = v.strictObject({
  challenge: v.string(),
  credential,
  device_name: v.optional(DeviceNameSchema),
});
export const MailLinkBodySchema = v.strictObject({ token: secret });
export const ForgotBodySchema = v.strictObject({ mail: MailSchema });
export const ResetBodySchema = v.strictObject({ token: secret, password: PasswordSchema });

/** One's own account. What guards it asks for the password again, or for a passkey just used. */
const proof = {
  current_password: v.optional(v.pipe(v.string(), v.maxLength(limits.password_characters_max))),
};
export const ProfileBodySchema = v.strictObject({
  handle: v.optional(HandleSchema),
  display_name: v.optional(DisplayNameSchema),
  pronouns: v.optional(PronounsSchema),
  fields: v.optional(FieldsSchema),
});
export const ChangeMailBodySchema = v.strictObject({ mail: v.nullable(MailSchema), ...proof });
export const ChangePasswordBodySchema = v.strictObject({ password: PasswordSchema, ...proof });
export const ProofBodySchema = v.strictObject(proof);
export const AddPasskeyBodySchema = v.strictObject({
  challenge: v.string(),
  credential,
  name: DeviceNameSchema,
});
export const RenameBodySchema = v.strictObject({ name: DeviceNameSchema });
export const VerifiedBodySchema = v.strictObject({ verified: v.boolean() });
export const CodeBodySchema = v.strictObject({ code });
export const CreateTokenBodySchema = v.strictObject({
  name: DeviceNameSchema,
  scopes: v.pipe(v.array(ScopeSchema), v.minLength(1), v.maxLength(3)),
  expires_in_ms: v.pipe(
    v.number(),
    v.safeInteger(),
    v.minValue(60_000),
    v.maxValue(limits.api_token_ms_max),
  ),
  ...proof,
});
export const CreateBotBodySchema = v.strictObject({
  handle: HandleSchema,
  display_name: DisplayNameSchema,
});
export const InvitationBodySchema = v.strictObject({
  /** The room that one is invited to; without it, to be the inviter's contact. */
  room_id: v.optional(v.nullable(RoomIdSchema), null),
  /** Whether it lets in who has no account, as a guest of that room. */
  guest: v.optional(v.boolean(), false),
  /** Sent there, and good for one use. */
  mail: v.optional(MailSchema),
  uses: v.optional(
    v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(limits.invitation_uses)),
    1,
  ),
});
export const AcceptInvitationBodySchema = v.strictObject({ token: secret });
export const ContactLookupBodySchema = v.strictObject({
  /** SHA-256 over the deployment's salt and an address in lower case, in base64url. */
  hashes: v.pipe(
    v.array(v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{43}$/))),
    v.maxLength(limits.contact_lookups_burst),
  ),
});
/** Of one's inbox: what its commands carry, without what the path says already. */
export const ArrangeBodySchema = v.strictObject(arrangement);
export const DraftBodySchema = v.strictObject(draftEntries);
export const BookmarkBodySchema = v.strictObject(bookmarkEntries);
export const SettingsBodySchema = SettingsChangeSchema;
export const ModeBodySchema = v.strictObject({ mode: PresenceModeSchema });
export const StatusBodySchema = v.strictObject({ status: v.nullable(StatusSchema) });

/** Answers. */
export const SessionSchema = v.object({
  user: UserSchema,
  device_id: DeviceIdSchema,
  access_token: v.string(),
  expires_at: v.number(),
  /** For programs. To the page it is an empty text: its own is in a cookie that no script reads. */
  refresh_token: v.string(),
});
export type Session = v.InferOutput<typeof SessionSchema>;
/** What its owner alone may know of an account. */
export const AccountSchema = v.object({
  mail: v.nullable(v.string()),
  /** An address that waits for its link to be followed. */
  mail_pending: v.nullable(v.string()),
  has_password: v.boolean(),
  passkeys: v.number(),
  second_factor: v.boolean(),
  recovery_codes_left: v.number(),
  providers: v.array(v.string()),
  /** When it will be erased, where its owner asked for that. */
  leaving_at: v.nullable(v.number()),
});
export type Account = v.InferOutput<typeof AccountSchema>;
export const MeSchema = v.object({
  user: UserSchema,
  account: AccountSchema,
  device_id: DeviceIdSchema,
  expires_at: v.number(),
});
export type Me = v.InferOutput<typeof MeSchema>;
export const DevicesSchema = v.object({ devices: v.array(DeviceSchema) });
export const PasskeySchema = v.object({
  passkey_id: v.string(),
  name: v.string(),
  /** Whether it is kept beyond the one device it was made on. */
  synced: v.boolean(),
  created_at: v.number(),
  last_used_at: v.nullable(v.number()),
});
export type Passkey = v.InferOutput<typeof PasskeySchema>;
export const PasskeysSchema = v.object({ passkeys: v.array(PasskeySchema) });
/** A sign-in of another service; `provider_id` is null where the deployment does not offer that service any more. */
export const IdentitySchema = v.object({
  identity_id: v.string(),
  provider_id: v.nullable(v.string()),
  name: v.string(),
  created_at: v.number(),
});
export type Identity = v.InferOutput<typeof IdentitySchema>;
export const IdentitiesSchema = v.object({ identities: v.array(IdentitySchema) });
/** `options` goes to the browser's call as it is; `challenge` comes back with the answer. */
export const PasskeyOptionsSchema = v.object({
  challenge: v.string(),
  options: v.record(v.string(), v.unknown()),
});
export const SecondFactorSchema = v.object({ secret: v.string(), uri: v.string() });
/** Shown once. */
export const RecoveryCodesSchema = v.object({ codes: v.array(v.string()) });
export const ProvidersSchema = v.object({
  providers: v.array(v.object({ provider_id: v.string(), name: v.string() })),
});
/** Of the deployment, for the sign-in page: what is offered, and what is asked for. */
export const OffersSchema = v.object({
  registration: v.picklist(["open", "invited", "closed"]),
  guests: v.boolean(),
  asks_birth_date: v.boolean(),
  asks_mail: v.boolean(),
  ...ProvidersSchema.entries,
});
export type Offers = v.InferOutput<typeof OffersSchema>;
export const ApiTokensSchema = v.object({ tokens: v.array(ApiTokenSchema) });
/** `token` is shown once: what is kept is its hash. */
export const CreatedTokenSchema = v.object({ token: v.string(), details: ApiTokenSchema });
export const BotsSchema = v.object({ bots: v.array(UserSchema) });
export const InvitationSchema = v.object({
  invitation_id: v.string(),
  room_id: v.nullable(RoomIdSchema),
  guest: v.boolean(),
  mail: v.nullable(v.string()),
  uses_left: v.number(),
  created_at: v.number(),
  expires_at: v.number(),
});
export type Invitation = v.InferOutput<typeof InvitationSchema>;
export const InvitationsSchema = v.object({ invitations: v.array(InvitationSchema) });
export const CreatedInvitationSchema = v.object({ link: v.string(), invitation: InvitationSchema });
/** What who holds an invitation may know before they take it. */
export const InvitationViewSchema = v.object({
  inviter: UserSchema,
  room_id: v.nullable(RoomIdSchema),
  guest: v.boolean(),
});
export const AcceptedInvitationSchema = v.object({
  user_id: UserIdSchema,
  room_id: v.nullable(RoomIdSchema),
});
export const ContactsSchema = v.object({
  contacts: v.array(v.object({ contact: ContactSchema, user: UserSchema })),
  /** What to ask for next; null at the end. */
  after: v.nullable(v.string()),
});
export const ContactSaltSchema = v.object({ salt: v.string() });
export const ContactMatchesSchema = v.object({
  matches: v.array(v.object({ hash: v.string(), user: UserSchema })),
});
/** One's own data. `account.providers` are issuers here, since what is taken away outlives the deployment's names. */
export const ExportSchema = v.object({
  exported_at: v.number(),
  user: UserSchema,
  account: AccountSchema,
  identities: v.array(
    v.object({ issuer: v.string(), subject: v.string(), created_at: v.number() }),
  ),
  passkeys: v.array(PasskeySchema),
  tokens: v.array(ApiTokenSchema),
  inbox: InboxStateSchema,
});
export type Export = v.InferOutput<typeof ExportSchema>;
export const DoneSchema = v.object({ seq: v.nullable(v.number()), replayed: v.boolean() });
export const LeavingSchema = v.object({ leaving_at: v.number() });
