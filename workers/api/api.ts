import { Elysia } from "elysia";
import { CloudflareAdapter } from "elysia/adapter/cloudflare-worker";
import type { RequestContext } from "../context.ts";
import { contextOf, handOn } from "../context.ts";
import type { Scope } from "../../schema/device.ts";
import { limits } from "../../schema/limits.ts";
import { refusal } from "../../schema/refusals.ts";
import { Refused, refuse } from "../refused.ts";
import { auth } from "./auth.ts";
import { identityOf } from "./authenticate.ts";
import { refreshing } from "./refreshing.ts";
import { devices } from "./devices.ts";
import { apiTokens } from "./api-tokens.ts";
import { bots } from "./bots.ts";
import { account } from "./account.ts";
import { mailLinks } from "./mail-links.ts";
import { guests } from "./guests.ts";
import { invitations } from "./invitations.ts";
import { contacts } from "./contacts.ts";
import { accountExport } from "./export.ts";
import { identities } from "./identities.ts";
import { inbox } from "./inbox.ts";
import { mentions } from "./mentions.ts";
import { readAll } from "./read-all.ts";
import { reminders } from "./reminders.ts";
import { slash } from "./slash.ts";
import { passkeys } from "./passkeys.ts";
import { secondFactor } from "./second-factor.ts";
import { providers } from "./providers.ts";
import { refuseLargeBody } from "./body.ts";
import { events } from "./events.ts";
import { failureResponse } from "./failure.ts";
import { health } from "./health.ts";
import { keys } from "./keys.ts";
import { me } from "./me.ts";
import { members } from "./members.ts";
import { messages } from "./messages.ts";
import type { Document } from "./openapi.ts";
import { openApiDocument } from "./openapi.ts";
import { operation } from "./operation.ts";
import { isOpenToGuests, refuseGuests } from "./open-to-guests.ts";
import { operators } from "./operators.ts";
import { followed } from "./followed.ts";
import { pins } from "./pins.ts";
import { reading } from "./reading.ts";
import { scheduledMessages } from "./scheduled-messages.ts";
import { signals } from "./signals.ts";
import { reactions } from "./reactions.ts";
import { rooms } from "./rooms.ts";
import { texts } from "./texts.ts";
import { threads } from "./threads.ts";
import { tickets } from "./tickets.ts";
import { users } from "./users.ts";

const document = operation("document", "getDocument", "This document", { public: true });

/**
 * Without ahead-of-time handlers: they are generated code, which workerd allows at start-up only and tests not at all.
 * Errors first, since a hook covers only what is registered after it.
 */
export const app = new Elysia({ adapter: CloudflareAdapter, aot: false, normalize: false })
  .onError(({ error, request }) => failureResponse(error, contextOf(request)))
  .use(auth)
  .use(refreshing)
  .use(me)
  .use(devices)
  .use(apiTokens)
  .use(bots)
  .use(account)
  .use(mailLinks)
  .use(guests)
  .use(invitations)
  .use(contacts)
  .use(inbox)
  .use(reminders)
  .use(mentions)
  .use(readAll)
  .use(slash)
  .use(passkeys)
  .use(secondFactor)
  .use(providers)
  .use(identities)
  .use(accountExport)
  .use(users)
  .use(operators)
  .use(tickets)
  .use(rooms)
  .use(members)
  .use(messages)
  .use(texts)
  .use(threads)
  .use(reactions)
  .use(pins)
  .use(followed)
  .use(reading)
  .use(signals)
  .use(scheduledMessages)
  .use(events)
  .use(keys)
  .use(health)
  .get("/v1/openapi.json", () => Response.json(openApi()), { detail: document.detail });

export type Api = typeof app;

let made: Document | null = null;
export function openApi(): Document {
  made ??= openApiDocument(app);
  return made;
}

const readAs = (method: string): string => (method === "HEAD" ? "GET" : method);
const operationAt = (path: string, method: string) =>
  openApi().paths[path]?.[readAs(method).toLowerCase()];

/** What a program's token must be allowed to do for a route. */
export function scopeOf(path: string, method: string): Scope {
  if (operationAt(path, method)?.["x-account"] === true) return "account";
  return readAs(method) === "GET" ? "read" : "write";
}

/** Whether a route asks nobody who they are. */
function isPublic(path: string, method: string): boolean {
  const security = operationAt(path, method)?.["security"];
  return Array.isArray(security) && security.length === 0;
}

/** What a route's body may hold. A route that takes none reads none, and still refuses to be sent more than usual. */
export function bodyBytesOf(path: string, method: string): number {
  const bytes = openApi().paths[path]?.[method.toLowerCase()]?.["x-body-bytes"];
  return typeof bytes === "number" ? bytes : limits.frame_bytes;
}

export async function api(request: Request, context: RequestContext): Promise<Response> {
  const path = pathOf(new URL(request.url).pathname);
  if (path === null) return refuse("no_such_route");
  context.route = path;
  const methods = methodsOf(path);
  if (!methods.includes(request.method)) {
    return failureResponse(new Refused(refusal("method_not_allowed")), context, {
      allow: methods.join(", "),
    });
  }
  context.scope = scopeOf(path, request.method);
  context.body_bytes = bodyBytesOf(path, request.method);
  if (!isPublic(path, request.method) && !isOpenToGuests(readAs(request.method), path))
    await refuseGuests(context, (await identityOf(request)).caller);
  refuseLargeBody(request, context.body_bytes);
  if (request.method !== "HEAD") return app.fetch(request);
  const response = await app.fetch(handOn(context, new Request(request, { method: "GET" })));
  return new Response(null, response);
}

/** The document's path that a request's path fits: known before anything is read, for refusals and for the log. */
export function pathOf(pathname: string): string | null {
  const parts = pathname.replace(/\/$/, "").split("/");
  const fitting = Object.keys(openApi().paths).filter((path) => fits(path.split("/"), parts));
  // A path that says a part itself goes before one that leaves it open.
  const open = (path: string) => path.split("{").length;
  return fitting.toSorted((one, other) => open(one) - open(other))[0] ?? null;
}

function fits(pattern: readonly string[], parts: readonly string[]): boolean {
  return (
    pattern.length === parts.length &&
    pattern.every((part, i) => part.startsWith("{") || part === parts[i])
  );
}

export function methodsOf(path: string): string[] {
  const methods = Object.keys(openApi().paths[path] ?? {}).map((method) => method.toUpperCase());
  return [...(methods.includes("GET") ? ["HEAD"] : []), ...methods].toSorted();
}
