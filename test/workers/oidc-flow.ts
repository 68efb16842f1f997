import * as v from "valibot";
import type { Me } from "../../schema/http-account.ts";
import { MeSchema } from "../../schema/http-account.ts";
import { addressFor, ask } from "./person.ts";
import { Wanderer } from "./wanderer.ts";

/** Somebody's browser between the deployment and another service. */
export const CALLBACK = "/v1/auth/oidc/callback";
export const WAY_COOKIE = "__Host-quoth_oidc";
const SESSION_COOKIE = "__Host-quoth_session";

export const wanderer = (name: string) => new Wanderer({ "cf-connecting-ip": addressFor(name) });

/** Begins, and says where the browser is sent. */
export async function begins(browser: Wanderer, origin: string, provider_id: string): Promise<URL> {
  const stop = await browser.visits(`${origin}/v1/auth/oidc/${provider_id}/begin`);
  return new URL(stop.location ?? "", origin);
}

/** The whole way to the address that the other service sends the browser back to, and not yet there. */
export async function signsInThere(
  browser: Wanderer,
  { origin, provider_id, login }: { origin: string; provider_id: string; login: string },
): Promise<URL> {
  const authorization = await begins(browser, origin, provider_id);
  return browser.signsInThere(authorization.href, login, origin + CALLBACK);
}

/** Where the page stands in the end, with its path and what is behind it. */
export async function comesBack(browser: Wanderer, back: URL): Promise<string> {
  const stop = await browser.visits(back);
  return `${stop.status} ${stop.location ?? ""}`;
}

export async function meIn(browser: Wanderer, origin: string): Promise<Me> {
  const session = browser.cookies(origin).get(SESSION_COOKIE) ?? "";
  const headers = { cookie: `${SESSION_COOKIE}=${session}` };
  return v.parse(MeSchema, (await ask(origin, "/v1/me", { headers })).json);
}

export const isSignedIn = (browser: Wanderer, origin: string) =>
  browser.cookies(origin).has(SESSION_COOKIE);
