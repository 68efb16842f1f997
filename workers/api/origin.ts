import type { RequestContext } from "../context.ts";
import { refuse } from "../refused.ts";

type Origins = Pick<RequestContext, "own_origin" | "config">;

export function isAllowedOrigin(origin: string, { own_origin, config }: Origins): boolean {
  return origin === own_origin || config.CORS_ORIGINS.has(origin);
}

/** Clients that are no browsers name no origin; where one is named, it must be one of ours. */
export function refuseForeignOrigin(request: Request, context: Origins): void {
  const origin = request.headers.get("origin");
  if (origin !== null && !isAllowedOrigin(origin, context)) refuse("bad_origin");
}

/**
 * A cookie comes along by itself, so a request with it must show that our own page sent it. Listed origins bring a
 * bearer token: a neighbour on the same site would otherwise act with a cookie that is not its own.
 */
export function requireOrigin(request: Request, { own_origin }: Pick<Origins, "own_origin">): void {
  if (request.headers.get("origin") !== own_origin) refuse("bad_origin");
}
