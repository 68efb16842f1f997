import * as v from "valibot";

/**
 * Why a command or a request had no effect. A code never changes its meaning; the sentence may.
 * `retryable` says whether the very same request can succeed later without anyone changing anything.
 */
const table = {
  bad_frame: {
    status: 400,
    retryable: false,
    text: "This is not an object that the protocol knows.",
  },
  bad_version: {
    status: 400,
    retryable: false,
    text: "This version of the protocol is not spoken here.",
  },
  unknown_command: { status: 400, retryable: false, text: "There is no command of this type." },
  invalid: {
    status: 422,
    retryable: false,
    text: "A value is missing, of the wrong type, or out of range.",
  },
  too_large: { status: 413, retryable: false, text: "The frame or body is larger than the limit." },
  text_too_long: { status: 413, retryable: false, text: "The text is longer than the limit." },
  unauthenticated: { status: 401, retryable: false, text: "Sign in first." },
  wrong_credentials: { status: 401, retryable: false, text: "Handle or password is wrong." },
  second_factor_required: {
    status: 401,
    retryable: false,
    text: "The password is right. Send it again with a code of the second factor.",
  },
  wrong_code: { status: 401, retryable: false, text: "The code is wrong or was used before." },
  token_reused: {
    status: 401,
    retryable: false,
    text: "This refresh token was used before, so its session has been ended. Sign in again.",
  },
  link_refused: {
    status: 410,
    retryable: false,
    text: "The link is not valid any more, or was used before. Ask for a new one.",
  },
  challenge_refused: {
    status: 409,
    retryable: false,
    text: "The challenge has run out or was answered before. Begin again.",
  },
  passkey_refused: { status: 401, retryable: false, text: "This passkey does not sign in here." },
  provider_refused: {
    status: 502,
    retryable: true,
    text: "The other service did not vouch for this sign-in. Begin again.",
  },
  identity_taken: {
    status: 409,
    retryable: false,
    text: "This sign-in of the other service belongs to another account here.",
  },
  recent_sign_in_required: {
    status: 403,
    retryable: false,
    text: "Show again that it is you: with the password, or with a passkey.",
  },
  last_sign_in_method: {
    status: 409,
    retryable: false,
    text: "This is the only way to sign in to the account. Add another first.",
  },
  registration_closed: {
    status: 403,
    retryable: false,
    text: "This deployment takes new accounts by invitation only, or not at all.",
  },
  mail_not_allowed: {
    status: 403,
    retryable: false,
    text: "This deployment takes mail addresses of certain domains only.",
  },
  weak_password: {
    status: 422,
    retryable: false,
    text: "This password is among the first that are guessed. Choose another.",
  },
  mail_unproved: {
    status: 403,
    retryable: false,
    text: "Follow the link that was sent to your mail address first.",
  },
  too_young: { status: 403, retryable: false, text: "An account cannot be made." },
  scope_missing: { status: 403, retryable: false, text: "This token may not do that." },
  not_reachable: {
    status: 403,
    retryable: false,
    text: "This person takes direct messages from certain people only.",
  },
  too_many: {
    status: 409,
    retryable: false,
    text: "There are as many of these as one account may have.",
  },
  no_request: { status: 409, retryable: false, text: "There is no such request, or not any more." },
  ticket_refused: {
    status: 401,
    retryable: false,
    text: "The ticket is not valid, or was used before. Ask for a new one.",
  },
  bad_origin: {
    status: 403,
    retryable: false,
    text: "Requests from this origin are not accepted.",
  },
  not_allowed: { status: 403, retryable: false, text: "Your role does not allow this." },
  not_found: { status: 404, retryable: false, text: "There is nothing here, or nothing for you." },
  no_such_route: { status: 404, retryable: false, text: "There is no such route." },
  method_not_allowed: { status: 405, retryable: false, text: "This route has no such method." },
  upgrade_required: { status: 426, retryable: false, text: "This route speaks WebSocket only." },
  not_author: { status: 403, retryable: false, text: "Only its author can change this message." },
  read_only: {
    status: 403,
    retryable: false,
    text: "In this room only its owners and admins write.",
  },
  muted: {
    status: 403,
    retryable: false,
    text: "You have been muted in this room. Read on, and write again after the given time.",
  },
  room_archived: {
    status: 409,
    retryable: false,
    text: "This room is archived. It can be read, and an owner or admin can bring it back.",
  },
  mention_not_allowed: {
    status: 403,
    retryable: false,
    text: "Your role does not allow calling everyone in this room. Mention people by name.",
  },
  edit_window_over: {
    status: 409,
    retryable: false,
    text: "The time in which this message could be edited is over.",
  },
  restore_window_over: {
    status: 409,
    retryable: false,
    text: "The message is not deleted, or the time in which that could be taken back is over.",
  },
  too_many_reactions: {
    status: 409,
    retryable: false,
    text: "The message has as many different reactions as it can hold. Choose one of them.",
  },
  too_many_pins: {
    status: 409,
    retryable: false,
    text: "As many messages are pinned as this room allows. Unpin one first.",
  },
  not_a_root: {
    status: 409,
    retryable: false,
    text: "This message is a reply itself. Reply to the message that its thread began with.",
  },
  receipts_off: {
    status: 403,
    retryable: false,
    text: "Who has read is not shown here: by the room's settings, its size, or because you hide it yourself.",
  },
  last_owner: {
    status: 409,
    retryable: false,
    text: "A room keeps an owner. Make somebody else one first.",
  },
  message_deleted: { status: 409, retryable: false, text: "The message has been deleted." },
  command_id_reused: {
    status: 409,
    retryable: false,
    text: "This command_id was used for something else. Make a new one.",
  },
  already_member: { status: 409, retryable: false, text: "Already a member of this room." },
  room_exists: { status: 409, retryable: false, text: "This room exists already." },
  room_full: {
    status: 409,
    retryable: false,
    text: "The room has as many members as it can hold.",
  },
  direct_room: {
    status: 409,
    retryable: false,
    text: "A direct room always has the same two members.",
  },
  handle_taken: { status: 409, retryable: false, text: "This handle is taken." },
  unknown_slash: {
    status: 422,
    retryable: false,
    text: "There is no command of this name. With two slashes it is sent as it stands.",
  },
  bad_slash: {
    status: 422,
    retryable: false,
    text: "The command is not written like this. The field says how it is.",
  },
  history_differs: {
    status: 409,
    retryable: false,
    text: "The archive and the room hold different histories.",
  },
  too_many_sockets: {
    status: 429,
    retryable: true,
    text: "This user has as many connections open as are allowed, on all devices together. Close one first.",
  },
  slow_down: {
    status: 429,
    retryable: true,
    text: "Too much at once. Try again after the given time.",
  },
  internal: {
    status: 500,
    retryable: true,
    text: "Something went wrong here. It is safe to try again.",
  },
  unavailable: {
    status: 503,
    retryable: true,
    text: "A part of the service is not reachable. Try again.",
  },
} as const satisfies Record<string, { status: number; retryable: boolean; text: string }>;

export type RefusalCode = keyof typeof table;
export const refusalTable: Readonly<
  Record<RefusalCode, { status: number; retryable: boolean; text: string }>
> = table;
export const refusalCodes = Object.keys(table) as [RefusalCode, ...RefusalCode[]];

/**
 * A code as it is read: any text, since a newer server has codes that this build does not know. What to do then is in
 * `retryable`; who asks for a code by name finds it among the known ones.
 */
export const RefusalCodeSchema = v.pipe(v.string(), v.regex(/^[a-z_]{1,40}$/)) as v.GenericSchema<
  string,
  RefusalCode
>;

export const RefusalSchema = v.object({
  code: RefusalCodeSchema,
  text: v.string(),
  retryable: v.boolean(),
  retry_after_ms: v.optional(v.number()),
  /** Which value was wrong, as a path, or how a slash command is written; never the value itself. */
  field: v.optional(v.string()),
});
export type Refusal = v.InferOutput<typeof RefusalSchema>;

export function refusal(
  code: RefusalCode,
  more: { retry_after_ms?: number; field?: string } = {},
): Refusal {
  const { text, retryable } = table[code];
  return { code, text, retryable, ...more };
}
