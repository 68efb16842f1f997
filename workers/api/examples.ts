import type { RefusalCode } from "../../schema/refusals.ts";
import { refusalCodes, refusalTable } from "../../schema/refusals.ts";
import { ADA, BO, DEVICE, ROOM, EPOCH, AT } from "./example-ids.ts";
import { ownExamples } from "./examples-own.ts";
import { roomExamples } from "./examples-rooms.ts";

/**
 * One example for each body and each answer, by the name of its schema in the document. A test holds every one of
 * them against its schema. Nothing in them belongs to anybody.
 */
const HELPER = "user_01890a60-7d2e-7f4a-8b1c-5e3d9a7c4f10";
const PROGRAM = "device_01890a61-c4d5-7e6f-8a9b-0c1d2e3f4a5b";
const SECRET = "q1w2e3r4t5y6u7i8o9p0a1s2d3f4g5h6j7k8l9z0x1c";
const JWT = "eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJ1c2VyIn0.c2lnbmF0dXJl";
const PASSWORD = "correct horse battery staple";
const CHALLENGE = "eyJhbGciOiJFZERTQSJ9.eyJqdGkiOiIxIn0.c2lnbmF0dXJl";

const ada = {
  user_id: ADA,
  kind: "person",
  handle: "ada",
  display_name: "Ada Lovelace",
  pronouns: "she/her",
  fields: [{ name: "City", value: "London" }],
  verified: false,
  created_at: AT,
};
const bo = { ...ada, user_id: BO, handle: "bo", display_name: "Bo", pronouns: "", fields: [] };
const helper = { ...bo, user_id: HELPER, kind: "bot", handle: "helper", display_name: "Helper" };
const session = {
  user: ada,
  device_id: DEVICE,
  access_token: JWT,
  expires_at: AT + 900_000,
  refresh_token: JWT,
};
const account = {
  mail: "ada@example.org",
  mail_pending: null,
  has_password: true,
  passkeys: 1,
  second_factor: false,
  recovery_codes_left: 0,
  providers: ["example"],
  leaving_at: null,
};
const device = {
  device_id: DEVICE,
  name: "Firefox on Linux",
  place: "London, GB",
  method: "password",
  created_at: AT,
  last_seen_at: AT,
};
const token = {
  device_id: PROGRAM,
  name: "Backup",
  prefix: "quoth_pat_…_q1w2",
  scopes: ["read"],
  created_at: AT,
  expires_at: AT + 2_592_000_000,
  last_used_at: null,
};
const passkey = {
  passkey_id: "AQIDBAUGBwgJCgsMDQ4PEA",
  name: "Phone",
  synced: true,
  created_at: AT,
  last_used_at: null,
};
const credential = { id: passkey.passkey_id, rawId: passkey.passkey_id, type: "public-key" };
const invitation = {
  invitation_id: "3f6b9c1e-5a7d-4c2b-9e8f-1a2b3c4d5e6f",
  room_id: ROOM,
  guest: false,
  mail: null,
  uses_left: 1,
  created_at: AT,
  expires_at: AT + 2_592_000_000,
};
const contact = { user_id: BO, state: "contact", since: AT };
const status = { text: "Reading", emoji: "📖", until: null };
const providers = [{ provider_id: "example", name: "Example" }];
const identity = {
  identity_id: SECRET,
  provider_id: "example",
  name: "Example",
  created_at: AT,
};
const settings = {
  last_seen: "everyone",
  direct_from: "shared",
  findable: false,
  show_reads: true,
  quiet_hours: { from_minute: 1320, until_minute: 420, days: [0, 1, 2, 3, 4], time_zone: "UTC" },
};
const inboxRoom = {
  room_id: ROOM,
  kind: "group",
  name: "Lighthouse",
  with: null,
  role: "owner",
  position: { epoch: EPOCH, seq: 2 },
  read_seq: 2,
  unread_seq: null,
  badge: 0,
  mentions: 0,
  threads: 0,
  revision: 3,
  preview: { seq: 2, at: AT, type: "message.sent", author: BO, text: null },
  favourite: true,
  folder: "",
  muted_until: null,
  archived: false,
};
const joining = { handle: "ada", display_name: "Ada Lovelace", mail: "ada@example.org" };

const accountExamples = {
  RegisterBody: { ...joining, password: PASSWORD, device_name: "Laptop" },
  LoginBody: { handle: "ada", password: PASSWORD, code: "123456" },
  GuestBody: { invitation: SECRET, display_name: "A guest" },
  RefreshBody: { refresh_token: JWT },
  LogoutBody: { which: "this" },
  PasskeyRegisterOptionsBody: joining,
  PasskeyRegisterBody: { challenge: CHALLENGE, credential },
  PasskeyLoginBody: { challenge: CHALLENGE, credential, device_name: "Laptop" },
  MailLinkBody: { token: SECRET },
  ForgotBody: { mail: "ada@example.org" },
  ResetBody: { token: SECRET, password: PASSWORD },
  ProfileBody: { display_name: "Ada", pronouns: "she/her", fields: ada.fields },
  ChangeMailBody: { mail: "ada@example.org", current_password: PASSWORD },
  ChangePasswordBody: { password: "another horse entirely", current_password: PASSWORD },
  ProofBody: { current_password: PASSWORD },
  AddPasskeyBody: { challenge: CHALLENGE, credential, name: "Phone" },
  RenameBody: { name: "Laptop" },
  CodeBody: { code: "123456" },
  VerifiedBody: { verified: true },
  CreateTokenBody: { name: "Backup", scopes: ["read"], expires_in_ms: 2_592_000_000 },
  CreateBotBody: { handle: "helper", display_name: "Helper" },
  InvitationBody: { room_id: ROOM, uses: 1 },
  AcceptInvitationBody: { token: SECRET },
  ContactLookupBody: { hashes: ["47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU"] },
  ArrangeBody: { favourite: true, folder: "Work" },
  DraftBody: { text: "I was about to", edited_at: AT },
  BookmarkBody: { note: "To be answered" },
  SettingsBody: { direct_from: "shared" },
  ModeBody: { mode: "auto" },
  StatusBody: { status },
  User: ada,
  Session: session,
  Me: { user: ada, account, device_id: DEVICE, expires_at: AT + 900_000 },
  Account: account,
  Device: device,
  Devices: { devices: [device] },
  Identity: identity,
  Identities: { identities: [identity] },
  Passkey: passkey,
  Passkeys: { passkeys: [passkey] },
  PasskeyOptions: { challenge: CHALLENGE, options: { challenge: SECRET, timeout: 300_000 } },
  SecondFactor: {
    secret: "JBSWY3DPEHPK3PXP",
    uri: "otpauth://totp/Quoth:ada?secret=JBSWY3DPEHPK3PXP&issuer=Quoth",
  },
  RecoveryCodes: { codes: ["k7m2-9qpx-4tvn", "w3rc-8hzd-6yfb"] },
  Providers: { providers },
  Offers: {
    registration: "open",
    guests: false,
    asks_birth_date: false,
    asks_mail: false,
    providers,
  },
  ApiToken: token,
  ApiTokens: { tokens: [token] },
  CreatedToken: {
    token: `quoth_pat_${ADA.slice("user_".length).replaceAll("-", "")}_${SECRET}`,
    details: token,
  },
  Bots: { bots: [helper] },
  Invitation: invitation,
  Invitations: { invitations: [invitation] },
  CreatedInvitation: { link: `https://chat.example.org/invite#${SECRET}`, invitation },
  InvitationView: { inviter: ada, room_id: ROOM, guest: false },
  AcceptedInvitation: { user_id: ADA, room_id: ROOM },
  Contacts: { contacts: [{ contact, user: bo }], after: null },
  ContactSalt: { salt: SECRET },
  ContactMatches: {
    matches: [{ hash: "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU", user: bo }],
  },
  Done: { seq: 7, replayed: false },
  Leaving: { leaving_at: AT + 1_209_600_000 },
  Settings: settings,
  InboxState: {
    position: { epoch: EPOCH, seq: 7 },
    rooms: [inboxRoom],
    drafts: [{ room_id: ROOM, text: "I was about to", edited_at: AT, device_id: DEVICE }],
    bookmarks: [],
    reminders: ownExamples.Reminders.reminders,
    contacts: [contact],
    blocks: [],
    devices: [device],
    settings,
    self: { mode: "auto", status },
  },
};

export const examples: Readonly<Record<string, unknown>> = {
  ...accountExamples,
  Export: {
    exported_at: AT,
    user: ada,
    account,
    identities: [{ issuer: "https://id.example.org", subject: "248289761001", created_at: AT }],
    passkeys: [passkey],
    tokens: [token],
    inbox: accountExamples.InboxState,
  },
  Users: { users: [ada, bo] },
  ...roomExamples,
  ...ownExamples,
};

const codesThatWait: ReadonlySet<RefusalCode> = new Set(["slow_down", "unavailable"]);

/** One problem for each code, as `failure.ts` makes them. */
export const problemExamples: Readonly<Record<RefusalCode, { value: object }>> = Object.fromEntries(
  refusalCodes.map((code) => {
    const { status, retryable, text } = refusalTable[code];
    const value = {
      type: `/docs#refusal-${code}`,
      title: text,
      status,
      code,
      retryable,
      request_id: "request_01890a62-5e6f-7a8b-9c0d-1e2f3a4b5c6d",
      ...(codesThatWait.has(code) ? { retry_after_ms: 1_000 } : {}),
      ...(code === "invalid" ? { field: "handle" } : {}),
    };
    return [code, { value }];
  }),
) as Record<RefusalCode, { value: object }>;
