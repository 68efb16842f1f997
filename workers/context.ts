import type { Caller } from "../schema/caller.ts";
import type { Scope } from "../schema/device.ts";
import type { RequestId, UserId } from "../schema/ids.ts";
import { newId } from "../schema/ids.ts";
import { limits } from "../schema/limits.ts";
import type { LogFields, LogLevel } from "../schema/telemetry.ts";
import type { Bindings, Configuration } from "./env.ts";
import { configuration } from "./env.ts";
import { errorFields, writeLog } from "./log.ts";
import { addressOf, NOWHERE } from "./services/attempts.ts";

/** Who a valid token says is asking, and until when it does. */
export interface Identity {
  readonly caller: Caller;
  readonly expires_at: number;
  /** What a program's token may do; null for a person's session, which may do everything. */
  readonly scopes: readonly Scope[] | null;
}

/** What one request carries through the Worker. The last five are found out on the way. */
export interface RequestContext {
  readonly env: Bindings;
  readonly config: Configuration;
  readonly request_id: RequestId;
  /** The origin that the request came to: what the page's own requests name, and who issues tokens here. */
  readonly own_origin: string;
  readonly started_at: number;
  /** Where the request came from, for limits; see services/attempts.ts. */
  readonly address: string;
  log(level: LogLevel, event: string, fields: LogFields): void;
  /** Work that the answer does not wait for, so that its time says nothing either. */
  afterwards(work: () => Promise<void>): void;
  route: string | null;
  /** What a program's token must be allowed to do for this request. */
  scope: Scope;
  /** What its body may hold. */
  body_bytes: number;
  user_id: UserId | null;
  identity: Promise<Identity> | null;
}

/** Keyed by the request itself, which Elysia hands on untouched: no global state, and nothing to inject twice. */
const contexts = new WeakMap<Request, RequestContext>();

export function openContext(
  request: Request,
  env: Bindings,
  execution: Pick<ExecutionContext, "waitUntil">,
): RequestContext {
  const config = configuration(env);
  const request_id = requestId(request.headers.get("x-request-id"));
  const context: RequestContext = {
    env,
    config,
    request_id,
    own_origin: new URL(request.url).origin,
    started_at: Date.now(),
    address: config.ADDRESS_FROM === "edge" ? addressOf(request) : NOWHERE,
    log: (level, event, fields) =>
      writeLog(config.LOG_LEVEL, level, event, { request_id, ...fields }),
    afterwards: (work) =>
      execution.waitUntil(
        work().catch((error: unknown) =>
          context.log("error", "afterwards.failed", errorFields(error)),
        ),
      ),
    route: null,
    scope: "account",
    body_bytes: limits.frame_bytes,
    user_id: null,
    identity: null,
  };
  contexts.set(request, context);
  return context;
}

/** The same visit, asked in other words. */
export function handOn(context: RequestContext, request: Request): Request {
  contexts.set(request, context);
  return request;
}

export function contextOf(request: Request): RequestContext {
  const context = contexts.get(request);
  if (!context) throw new TypeError("a request without its context");
  return context;
}

const REQUEST_ID =
  /^request_[0-9a-f]{8}-[0-9a-f]{4}-[78][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** A client may bring an id in order to find its request in the logs; anything else is not written into them. */
export function requestId(brought: string | null): RequestId {
  return brought !== null && REQUEST_ID.test(brought) ? (brought as RequestId) : newId("request");
}
