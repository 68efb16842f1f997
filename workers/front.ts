import type { IRequest } from "itty-router";
import { IttyRouter } from "itty-router";
import { api } from "./api/api.ts";
import { addCorsHeaders, preflight } from "./api/cors.ts";
import { failureResponse } from "./api/failure.ts";
import type { RequestContext } from "./context.ts";
import { openContext, requestId } from "./context.ts";
import type { Bindings } from "./env.ts";
import { addApiHeaders, addPageHeaders, addSecurityHeaders } from "./headers.ts";
import { localMail } from "./local-mail.ts";
import { writeLog } from "./log.ts";
import { refuse } from "./refused.ts";
import { openInboxSocket, openRoomSocket } from "./socket.ts";

type Visit = Request & IRequest;

/** Every route of the Worker; those of the API itself are in api/, one file a resource. */
const router = IttyRouter<Visit, [RequestContext]>();
router.get("/v1/rooms/:room_id/socket", (request, context) =>
  openRoomSocket(request, context, request.params.room_id ?? ""),
);
router.get("/v1/me/inbox/socket", (request, context) => openInboxSocket(request, context));
router.options("/v1/*", (request, context) => preflight(request, context));
router.all("/v1/*", (request, context) => api(request, context));
router.get("/local/mail", (request, context) =>
  context.config.MAIL_DELIVERY === "outbox" ? localMail(request, context) : page(request, context),
);
router.all("*", (request, context) => page(request, context));

export async function front(
  request: Request,
  env: Bindings,
  execution: Pick<ExecutionContext, "waitUntil">,
): Promise<Response> {
  let context: RequestContext;
  try {
    context = openContext(request, env, execution);
  } catch (error) {
    // Without its configuration the Worker can do nothing but say so, in the log.
    const request_id = requestId(null);
    return failureResponse(error, {
      request_id,
      log: (level, event, fields) => writeLog("error", level, event, fields),
    });
  }
  const response = await answer(request as Visit, context);
  logRequest(request, response, context);
  return finished(request, response, context);
}

async function answer(request: Visit, context: RequestContext): Promise<Response> {
  try {
    return (await router.fetch(request, context)) as Response;
  } catch (error) {
    return failureResponse(error, context);
  }
}

/** The page and the documentation: /docs is docs.html there, and any other path is the page's own to show. */
async function page(request: Request, context: RequestContext): Promise<Response> {
  context.route = "page";
  if (request.method !== "GET" && request.method !== "HEAD") refuse("method_not_allowed");
  return context.env.ASSETS.fetch(request);
}

/** A copy, since headers that came from elsewhere cannot be changed; it keeps an upgrade's socket. */
function finished(request: Request, response: Response, context: RequestContext): Response {
  const url = new URL(request.url);
  const copy = new Response(response.body, response);
  copy.headers.set("x-request-id", context.request_id);
  if (response.webSocket) return copy;
  addSecurityHeaders(copy.headers, url);
  if (context.route === "page") {
    addPageHeaders(copy.headers, url);
  } else {
    addApiHeaders(copy.headers);
    addCorsHeaders(request, copy.headers, context);
  }
  return copy;
}

function logRequest(request: Request, response: Response, context: RequestContext): void {
  context.log(response.status >= 500 ? "error" : "info", "request", {
    method: request.method,
    route: context.route,
    status: response.status,
    duration_ms: Date.now() - context.started_at,
    user_id: context.user_id,
  });
}
