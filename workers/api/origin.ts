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

/** A cookie comes along by itself, so that a request with it must show that one of our own pages sent it. */
export function requireOrigin(request: Request, context: Origins): void {
  const origin = request.headers.get("origin");
  if (origin === null || !isAllowedOrigin(origin, context)) refuse("bad_origin");
}
