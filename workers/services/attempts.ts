import type { UserId } from "../../schema/ids.ts";
import { limits } from "../../schema/limits.ts";
import { refuse } from "../refused.ts";
import type { Bindings } from "../env.ts";
import { mailKeyOf } from "./accounts.ts";

/**
 * How often something may be tried, by the platform's rate limits. They are asked before any work is done; their
 * numbers stand in wrangler.toml and in schema/limits.ts. Over a limit the answer is `slow_down`, and nothing else
 * about the request is looked at.
 */
type Limited = Pick<
  Bindings,
  | "SIGN_IN_BY_ADDRESS"
  | "SIGN_IN_BY_ACCOUNT"
  | "SIGN_IN_BY_KNOWN_DEVICE"
  | "SIGN_IN_BY_KNOWN_DEVICES"
  | "REGISTRATIONS"
  | "MAILS"
  | "LOOKUPS"
  | "CONTACT_LOOKUPS_BY_ADDRESS"
  | "NEW_ROOMS"
>;

/** Each is counted for itself: who asks for one cannot hold back another. */
export type MailKind = "verify" | "reset" | "invitation";

export interface Attempts {
  /** Any try to sign in, before anything of it is looked up. */
  fromAddress(address: string): Promise<void>;
  /** A try to sign in as somebody: by what was typed, so that the limit says nothing about who exists. */
  asAccount(name: string): Promise<void>;
  /**
   * The same from a browser that has been in this account before: others cannot use up its tries. All such browsers
   * together have a limit as well, or whoever was in an account once could gather as many tries as they like.
   */
  asKnown(user_id: UserId, browser_id: string): Promise<void>;
  /** A code of a second factor, whichever way its account was come to before. */
  asCode(user_id: UserId): Promise<void>;
  registration(address: string): Promise<void>;
  /** Letters that one network or user asks for, of whatever kind and to whomever. */
  mailFrom(asker: string): Promise<void>;
  /** Letters of one kind to one address, asked for by whomever. */
  mailTo(kind: MailKind, mail: string): Promise<void>;
  /** The same, for who must not see the difference: false where it is too many. */
  mayMail(kind: MailKind, mail: string): Promise<boolean>;
  lookup(user_id: UserId): Promise<void>;
  /** So many addresses are compared from one network, whichever accounts ask; counted by the portion. */
  comparison(address: string, addresses: number): Promise<void>;
  newRoom(user_id: UserId): Promise<void>;
}

/** The limits count by the minute, and do not say when theirs began. */
const RETRY_MS = 60_000;

const mailKey = (kind: MailKind, mail: string): string => `${kind} ${mailKeyOf(mail)}`;

export function createAttempts(env: Limited): Attempts {
  const take = async (limit: RateLimit, key: string) => {
    const { success } = await limit.limit({ key });
    if (!success) refuse("slow_down", { retry_after_ms: RETRY_MS });
  };
  return {
    fromAddress: (address) => take(env.SIGN_IN_BY_ADDRESS, address),
    asAccount: (name) => take(env.SIGN_IN_BY_ACCOUNT, name),
    asCode: (user_id) => take(env.SIGN_IN_BY_ACCOUNT, `code ${user_id}`),
    async asKnown(user_id, browser_id) {
      await take(env.SIGN_IN_BY_KNOWN_DEVICE, `${user_id} ${browser_id}`);
      await take(env.SIGN_IN_BY_KNOWN_DEVICES, user_id);
    },
    registration: (address) => take(env.REGISTRATIONS, address),
    mailFrom: (asker) => take(env.MAILS, `from ${asker}`),
    mailTo: (kind, mail) => take(env.MAILS, mailKey(kind, mail)),
    mayMail: async (kind, mail) => (await env.MAILS.limit({ key: mailKey(kind, mail) })).success,
    lookup: (user_id) => take(env.LOOKUPS, user_id),
    async comparison(address, addresses) {
      const portions = Math.max(1, Math.ceil(addresses / limits.contact_lookup_portion));
      for (let taken = 0; taken < portions; taken += 1)
        await take(env.CONTACT_LOOKUPS_BY_ADDRESS, address);
    },
    newRoom: (user_id) => take(env.NEW_ROOMS, user_id),
  };
}

/** Who asks, as the edge sees it. A machine of its own has no edge in front of it. */
/** Whoever comes from where nobody says from where. All of them count as one. */
export const NOWHERE = "local";

/**
 * As Cloudflare's edge says it, which takes away what a client says of itself. Without the edge that header is the
 * client's own word: the local server sets it where it is missing and keeps it where it is not. So a server without the
 * edge does not ask (`ADDRESS_FROM`).
 */
export function addressOf(request: Request): string {
  const address = request.headers.get("cf-connecting-ip");
  return address === null ? NOWHERE : networkOf(address);
}

/** One subscriber has a whole /64 of IPv6, so its addresses count as one. */
export function networkOf(address: string): string {
  if (!address.includes(":") || address.includes(".")) return address;
  const [head = "", tail] = address.toLowerCase().split("::");
  const left = head === "" ? [] : head.split(":");
  const right = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - left.length - right.length);
  const groups = [...left, ...Array.from({ length: zeros }, () => "0"), ...right];
  return `${groups
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ""))
    .join(":")}::/64`;
}
