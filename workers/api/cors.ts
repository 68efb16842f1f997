import type { RequestContext } from "../context.ts";
import { refuse } from "../refused.ts";

/**
 * Cross-origin use of the API is for the origins of CORS_ORIGINS, letter by letter, and with bearer tokens only:
 * credentials are never allowed, so a browser does not send our cookie along.
 */
const METHODS = "GET, POST, PUT, PATCH, DELETE";
const REQUEST_HEADERS = "authorization, content-type, idempotency-key, x-request-id";
const EXPOSED_HEADERS = "x-request-id, retry-after";
const PREFLIGHT_SECONDS = "600";

type Listed = Pick<RequestContext, "config">;

export function addCorsHeaders(request: Request, headers: Headers, { config }: Listed): void {
  headers.append("vary", "Origin");
  const origin = request.headers.get("origin");
  if (origin === null || !config.CORS_ORIGINS.has(origin)) return;
  headers.set("access-control-allow-origin", origin);
  headers.set("access-control-expose-headers", EXPOSED_HEADERS);
}

export function preflight(request: Request, { config }: Listed): Response {
  if (!request.headers.has("access-control-request-method")) refuse("method_not_allowed");
  if (!config.CORS_ORIGINS.has(request.headers.get("origin") ?? "")) refuse("bad_origin");
  return new Response(null, {
    status: 204,
    headers: {
      "access-control-allow-methods": METHODS,
      "access-control-allow-headers": REQUEST_HEADERS,
      "access-control-max-age": PREFLIGHT_SECONDS,
    },
  });
}
