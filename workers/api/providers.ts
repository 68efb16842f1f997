import { Elysia } from "elysia";
import * as v from "valibot";
import * as z from "zod";
import { inboxActor } from "../../durable/address.ts";
import { CodeBodySchema, SessionSchema } from "../../schema/http-account.ts";
import { DeviceIdSchema, UserIdSchema } from "../../schema/ids.ts";
import { limits } from "../../schema/limits.ts";
import type { RequestContext } from "../context.ts";
import { contextOf } from "../context.ts";
import type { Provider } from "../env.ts";
import { Refused, refuse } from "../refused.ts";
import { createAccounts } from "../services/accounts.ts";
import { createAttempts } from "../services/attempts.ts";
import type { Open } from "../services/challenges.ts";
import { challengesOf } from "../services/challenges.ts";
import type { Identity } from "../services/identities.ts";
import { createIdentities } from "../services/identities.ts";
import type { Vouched } from "../services/oidc.ts";
import { authorizationUrl, faultOf, newNonce, newVerifier, vouchedFor } from "../services/oidc.ts";
import { createSecondFactors } from "../services/second-factors.ts";
import { identityOf } from "./authenticate.ts";
import { publicBody } from "./body.ts";
import type { CookieJar } from "./cookies.ts";
import { cookie, cookieOf, setCookies } from "./cookies.ts";
import { joinFromElsewhere } from "./joining-from-elsewhere.ts";
import { refuseGuests } from "./open-to-guests.ts";
import { operation } from "./operation.ts";
import { refuseForeignOrigin } from "./origin.ts";
import { requireProof } from "./proof.ts";
import { formerDevice, openSession } from "./session.ts";
import { tellSignInChanged } from "./sign-in-changed.ts";

/**
 * Signing in with another service, and linking an account to one. The browser is on its way, so both routes answer by
 * sending it on, also where they refuse: then to the page, with our code for it and nothing that the service said.
 *
 * What must be known on the way back is a signed, single-use challenge in a cookie: with it, nobody can make a browser
 * finish what that browser did not begin. It is Lax, since the way back comes from another site; the session's own
 * cookies are Strict and do not come along there, so who is linking stands in the challenge too. Nor can another site
 * make a browser begin: signing in would replace the session that is there, and linking would give the account away.
 */
export const WAY_COOKIE = "__Host-quoth_oidc";
const CALLBACK = "/v1/auth/oidc/callback";

const DeviceOfSchema = v.nullable(v.object({ user_id: UserIdSchema, device_id: DeviceIdSchema }));
const WaySchema = v.object({
  provider_id: v.string(),
  nonce: v.string(),
  verifier: v.string(),
  /** Whose account it is linked to; null where somebody signs in. */
  link: DeviceOfSchema,
  /** Whose device this browser was when it left: on the way back its cookies stay behind. */
  former: DeviceOfSchema,
});
type Link = v.InferOutput<typeof DeviceOfSchema>;
const CodeClaimsSchema = v.object({ user_id: UserIdSchema });

const begin = operation(
  "providers",
  "beginProviderSignIn",
  "Go to another service to sign in there; with link=1, to link it to the account that is signed in here",
  { public: true, redirects: true },
);
const callback = operation(
  "providers",
  "finishProviderSignIn",
  "Come back from another service; the page is told of a failure as #sign-in-failed=<code>",
  { public: true, redirects: true },
);
const code = operation(
  "providers",
  "giveCodeAfterProvider",
  "Bring the second factor's code after another service has vouched; its cookie says for whom",
  { public: true, refusals: ["challenge_refused", "wrong_code", "slow_down", "bad_origin"] },
);

interface Visit {
  request: Request;
  set: CookieJar & { status?: number | string; headers: { location?: string } };
}

export const providers = new Elysia({ prefix: "/v1/auth/oidc" })
  .get(
    "/:provider_id/begin",
    async ({ request, params, query, set }) => {
      const home = query.link === undefined ? "/" : "/account";
      await sendOn({ request, set }, home, () =>
        beginning({ request, set }, params.provider_id, query.link !== undefined),
      );
    },
    {
      ...begin,
      params: v.object({ provider_id: v.string() }),
      query: z.strictObject({ link: z.literal("1").optional() }),
    },
  )
  .get(
    "/callback",
    async ({ request, set }) => {
      const way = await wayOf(request);
      const home = way === null || way.claims.link === null ? "/" : "/account";
      await sendOn({ request, set }, home, () => comingBack({ request, set }, way));
    },
    callback,
  )
  .post(
    "/code",
    async ({ request, body, set }) => {
      const context = contextOf(request);
      refuseForeignOrigin(request, context);
      await createAttempts(context.env).fromAddress(context.address);
      const token = cookieOf(request, WAY_COOKIE) ?? "";
      const challenges = challengesOf(context);
      const open = await challenges.read("oidc.code", CodeClaimsSchema, token);
      if (!open) return refuse("challenge_refused");
      const { user_id } = open.claims;
      await createAttempts(context.env).asCode(user_id);
      const { DIRECTORY } = context.env;
      const factors = createSecondFactors(DIRECTORY, context.config);
      if (!(await factors.check(user_id, body.code))) return refuse("wrong_code");
      // Spent last: a code that was mistyped may be typed again.
      if (!(await challenges.take("oidc.code", CodeClaimsSchema, token)))
        return refuse("challenge_refused");
      const login = await createAccounts(DIRECTORY).byId(user_id);
      if (!login) return refuse("challenge_refused");
      setCookies(set, [wayCookie("", 0)]);
      return openSession({ request, set, user: login.user, method: "oidc" });
    },
    { ...publicBody(CodeBodySchema), ...code, response: { 200: SessionSchema } },
  );

async function sendOn({ set }: Visit, home: string, work: () => Promise<string>): Promise<void> {
  set.status = 303;
  try {
    set.headers.location = await work();
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    set.headers.location = `${home}#sign-in-failed=${error.refusal.code}`;
  }
}

async function beginning(visit: Visit, provider_id: string, links: boolean): Promise<string> {
  const { request, set } = visit;
  const context = contextOf(request);
  refuseOtherSites(request, links);
  await createAttempts(context.env).fromAddress(context.address);
  const provider = providerOf(context, provider_id) ?? refuse("not_found");
  const link = links ? await linking(request, context) : null;
  const former = await formerDevice(request, context);
  const claims = { provider_id, nonce: newNonce(), verifier: newVerifier(), link, former };
  const { challenge_id, token } = await challengesOf(context).issue("oidc", claims);
  const way = { ...claims, state: challenge_id, redirect_uri: context.own_origin + CALLBACK };
  const url = await vouching(context, provider, () => authorizationUrl(provider, way));
  setCookies(set, [wayCookie(token, limits.challenge_ms)]);
  return url.href;
}

/**
 * Signing in begins on our page or by an address that somebody typed; programs and old browsers say nothing of this.
 * Linking begins on our page only, and says so.
 */
function refuseOtherSites(request: Request, links: boolean): void {
  const site = request.headers.get("sec-fetch-site");
  const own = links ? ["same-origin"] : ["same-origin", "none", null];
  if (!own.includes(site)) refuse("bad_origin");
}

async function linking(request: Request, context: RequestContext): Promise<Link> {
  const { caller } = await identityOf(request);
  await refuseGuests(context, caller);
  await requireProof(context, caller);
  return { user_id: caller.user_id, device_id: caller.device_id };
}

type OpenWay = Open<typeof WaySchema> | null;

/** What this browser has begun, not spent yet: another site may send it here with a state of its own, and ends nothing. */
function wayOf(request: Request): Promise<OpenWay> {
  const token = cookieOf(request, WAY_COOKIE) ?? "";
  return challengesOf(contextOf(request)).read("oidc", WaySchema, token);
}

async function comingBack({ request, set }: Visit, read: OpenWay): Promise<string> {
  const context = contextOf(request);
  await createAttempts(context.env).fromAddress(context.address);
  const { searchParams } = new URL(request.url);
  if (!read || read.challenge_id !== searchParams.get("state")) return refuse("challenge_refused");
  const token = cookieOf(request, WAY_COOKIE) ?? "";
  if (!(await challengesOf(context).take("oidc", WaySchema, token)))
    return refuse("challenge_refused");
  setCookies(set, [wayCookie("", 0)]);
  const { provider_id, link, former, ...secrets } = read.claims;
  const provider = providerOf(context, provider_id) ?? refuse("provider_refused");
  const redirect_uri = context.own_origin + CALLBACK;
  const way = { ...secrets, state: read.challenge_id, redirect_uri };
  const vouched = await vouching(context, provider, () => vouchedFor(provider, way, searchParams));
  const identity = { issuer: provider.issuer, subject: vouched.subject };
  return link === null
    ? signingIn({ request, set }, { identity, vouched, provider, former })
    : finishLink(context, link, identity);
}

async function finishLink(
  context: RequestContext,
  { user_id, device_id }: NonNullable<Link>,
  identity: Identity,
): Promise<string> {
  // Minutes have passed since the proof: a device that was signed out meanwhile links nothing any more.
  if (!(await inboxActor(context.env, user_id).holds(device_id))) return refuse("unauthenticated");
  const owner = await createIdentities(context.env.DIRECTORY).link(identity, user_id);
  if (owner !== user_id) return refuse("identity_taken");
  await tellSignInChanged(context, user_id, "Signing in with another service was added");
  return "/account";
}

interface Known {
  identity: Identity;
  vouched: Vouched;
  provider: Provider;
  former: Link;
}

async function signingIn({ request, set }: Visit, known: Known): Promise<string> {
  const context = contextOf(request);
  const { DIRECTORY } = context.env;
  const user_id = await createIdentities(DIRECTORY).find(known.identity);
  const login = user_id && (await createAccounts(DIRECTORY).byId(user_id));
  if (user_id && (!login || login.user.kind === "gone")) return refuse("provider_refused");
  if (login && login.second_factor) {
    const { token } = await challengesOf(context).issue("oidc.code", { user_id });
    setCookies(set, [wayCookie(token, limits.challenge_ms)]);
    return "/#second-factor";
  }
  const profile = () => vouching(context, known.provider, () => known.vouched.profile());
  const user = login
    ? login.user
    : await joinFromElsewhere({ request, set }, known.identity, await profile());
  await openSession({ request, set, user, method: "oidc", former: known.former });
  return "/#signed-in";
}

/** Whatever goes wrong with the other service is one answer; the log has the library's word for it. */
async function vouching<T>(
  context: RequestContext,
  { provider_id }: Provider,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    context.log("warn", "provider.refused", { provider_id, error: faultOf(error) });
    return refuse("provider_refused");
  }
}

const providerOf = ({ config }: RequestContext, provider_id: string) =>
  config.OIDC_PROVIDERS.find((provider) => provider.provider_id === provider_id);

const wayCookie = (token: string, max_age_ms: number) =>
  cookie(WAY_COOKIE, token, max_age_ms, "Lax");
