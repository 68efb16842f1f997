import { inboxActor } from "../../durable/address.ts";
import type { SignInMethod } from "../../schema/device.ts";
import type { Session } from "../../schema/http-account.ts";
import { newId } from "../../schema/ids.ts";
import type { DeviceId, UserId } from "../../schema/ids.ts";
import { limits } from "../../schema/limits.ts";
import type { User } from "../../schema/user.ts";
import type { RequestContext } from "../context.ts";
import { contextOf } from "../context.ts";
import { refuse } from "../refused.ts";
import { createAccounts } from "../services/accounts.ts";
import { sendVerificationAgain } from "../services/mail-links.ts";
import { secretHash } from "../services/secrets.ts";
import type { RefreshStart } from "../services/tokens.ts";
import { refreshTimes } from "../services/tokens.ts";
import { valueOf } from "./answer.ts";
import { SESSION_COOKIE, tokensOf } from "./authenticate.ts";
import type { CookieJar } from "./cookies.ts";
import { cookie, cookieOf, setCookies } from "./cookies.ts";
import { endSessions } from "./ending.ts";
import { isOfDomain } from "./joining.ts";

/** The page's refresh token, and the sign that this browser has been in an account before. */
export const REFRESH_COOKIE = "__Host-quoth_refresh";
export const KNOWN_COOKIE = "__Host-quoth_known";

export interface Former {
  user_id: UserId;
  device_id: DeviceId;
}

export interface SignIn {
  request: Request;
  /** Elysia's: the cookies are set there. */
  set: CookieJar;
  user: User;
  method: SignInMethod;
  /** What the device calls itself; without it, what its browser says it is. */
  device_name?: string | undefined;
  /** The session that the browser had, where this request comes from elsewhere and brings no cookie that says so. */
  former?: Former | null;
}

/**
 * The end of every way to sign in: the device is signed in at the user's inbox, and gets its two tokens. Whoever was
 * about to leave stays by it. Programs and people who have gone sign in by no such way.
 */
export async function openSession(sign_in: SignIn): Promise<Session> {
  const { request, set, user, method, device_name } = sign_in;
  const context = contextOf(request);
  const { user_id, kind } = user;
  if (kind !== "person" && kind !== "guest") return refuse("wrong_credentials");
  if (kind === "person" && method !== "oidc") await requireProvedMail(context, user);
  const device_id = newId("device");
  const start = refreshStart(user_id, device_id);
  const refresh_token = await tokensOf(context).issueRefresh(start);
  const { token_id, issued_at, expires_at } = start;
  const token = { token_id, issued_at, expires_at, token_hash: await secretHash(refresh_token) };
  const name = device_name ?? deviceNameOf(request.headers.get("user-agent"));
  const device = { user_id, device_id, name, place: placeOf(request, context), method };
  await createAccounts(context.env.DIRECTORY).stay(user_id);
  valueOf(await inboxActor(context.env, user_id).signIn({ ...device, ...token }));
  const former = sign_in.former ?? (await formerDevice(request, context));
  if (former) await endFormer(context, former);
  context.user_id = user_id;
  const known = await tokensOf(context).issueKnown(user_id);
  setCookies(set, [cookie(KNOWN_COOKIE, known.token, limits.known_device_ms)]);
  return giveSession({ request, set, user, device_id, refresh_token });
}

/**
 * Where only certain domains may come in, it is the proof of an address that lets in, and not the address. Who cannot
 * sign in cannot ask for the letter once more either, so showing that the account is theirs asks for it. Whoever makes
 * the account in this very request has been written to.
 */
async function requireProvedMail(context: RequestContext, user: User): Promise<void> {
  const { config, env, started_at } = context;
  if (config.MAIL_DOMAINS.size === 0) return;
  const login = await createAccounts(env.DIRECTORY).byId(user.user_id);
  const mail = login?.mail ?? "";
  if (isOfDomain(mail, config.MAIL_DOMAINS)) return;
  if (user.created_at < started_at) await sendVerificationAgain(context, user);
  refuse("mail_unproved");
}

/** Whose device this browser is until now, by its refresh cookie. */
export async function formerDevice(
  request: Request,
  context: RequestContext,
): Promise<Former | null> {
  const token = cookieOf(request, REFRESH_COOKIE);
  const claims = token === null ? null : await tokensOf(context).verifyRefresh(token);
  return claims && { user_id: claims.sub, device_id: claims.device };
}

/** The new session takes the old one's cookies, after which nobody but the list of devices could end it. */
const endFormer = (context: RequestContext, { user_id, device_id }: Former): Promise<void> =>
  endSessions(context, user_id, { which: "one", device_id });

export function refreshStart(user_id: UserId, device_id: DeviceId): RefreshStart {
  return { user_id, device_id, token_id: crypto.randomUUID(), ...refreshTimes(Date.now()) };
}

interface Given {
  request: Request;
  set: CookieJar;
  user: User;
  device_id: DeviceId;
  refresh_token: string;
}

/** A fresh access token and the refresh token that goes with it, as cookies and as the answer's body. */
export async function giveSession(given: Given): Promise<Session> {
  const { request, set, user, device_id, refresh_token } = given;
  const context = contextOf(request);
  const { user_id } = user;
  const { token, expires_at } = await tokensOf(context).issueAccess({ user_id, device_id });
  setCookies(set, [
    cookie(SESSION_COOKIE, token, limits.access_token_ms),
    cookie(REFRESH_COOKIE, refresh_token, limits.refresh_token_ms),
  ]);
  return {
    user,
    device_id,
    access_token: token,
    expires_at,
    // What no script needs, no script gets: in a browser the refresh token stays in its cookie.
    refresh_token: isBrowser(request, context) ? "" : refresh_token,
  };
}

export function forgetSession(set: CookieJar): void {
  setCookies(set, [cookie(SESSION_COOKIE, "", 0), cookie(REFRESH_COOKIE, "", 0)]);
}

export function isBrowser(
  request: Request,
  { own_origin }: Pick<RequestContext, "own_origin">,
): boolean {
  return request.headers.has("sec-fetch-site") || request.headers.get("origin") === own_origin;
}

/** A city and a country as the edge knows them, or nothing: without the edge the local server makes one up. */
export function placeOf(request: Request, { config }: Pick<RequestContext, "config">): string {
  if (config.ADDRESS_FROM !== "edge") return "";
  const { city, country } = (request.cf ?? {}) as { city?: unknown; country?: unknown };
  return [city, country]
    .filter((part) => typeof part === "string")
    .join(", ")
    .slice(0, limits.device_name_characters);
}

const BROWSERS = ["Edg", "OPR", "Firefox", "Chrome", "Safari"] as const;
const BROWSER_NAMES: Partial<Record<string, string>> = { Edg: "Edge", OPR: "Opera" };
const SYSTEMS = ["Android", "iPhone", "iPad", "Windows", "Mac OS", "CrOS", "Linux"] as const;

/** A browser and its system in known words: the header itself is the client's own text and is not kept. */
export function deviceNameOf(user_agent: string | null): string {
  const text = user_agent ?? "";
  const browser = BROWSERS.find((word) => text.includes(`${word}/`));
  const system = SYSTEMS.find((word) => text.includes(word));
  if (browser === undefined) return "A program";
  const name = BROWSER_NAMES[browser] ?? browser;
  return system === undefined ? name : `${name} on ${system}`;
}
