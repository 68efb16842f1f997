import type { AnyElysia } from "elysia";
import * as z from "zod";
import type { RefusalCode } from "../../schema/refusals.ts";
import { refusalTable } from "../../schema/refusals.ts";
import { encodings } from "../../schema/encodings.ts";
import { TICKET_PROTOCOL_PREFIX, subprotocol, wire } from "../../schema/version.ts";
import { SESSION_COOKIE } from "./authenticate.ts";
import type { Operation } from "./operation.ts";
import { isOpenToGuests } from "./open-to-guests.ts";
import { examples, problemExamples } from "./examples.ts";
import { components, nameOf, reference } from "./openapi-schemas.ts";

/**
 * The API's document, OpenAPI 3.1, made from the routes themselves: their paths, schemas and operations. It is written
 * here and not by Elysia's plugin, which offers every body as a form too, inlines every schema, and says nothing of
 * problem+json.
 */
type Json = Readonly<Record<string, unknown>>;
export interface Document {
  openapi: string;
  info: Json;
  paths: Record<string, Record<string, Json>>;
  components: Json;
}

interface Route {
  method: string;
  path: string;
  hooks: {
    detail?: Partial<Operation>;
    body?: object;
    params?: object;
    query?: z.ZodType;
    response?: Readonly<Record<string, object>>;
  };
}

export function openApiDocument(app: AnyElysia): Document {
  const paths: Document["paths"] = {};
  for (const route of app.routes as unknown as Route[]) {
    const { detail } = route.hooks;
    if (!isOperation(detail)) continue;
    const path = documented(route.path);
    (paths[path] ??= {})[route.method.toLowerCase()] = operationOf(route, detail);
  }
  paths["/v1/rooms/{room_id}/socket"] = { get: roomSocket };
  paths["/v1/me/inbox/socket"] = { get: inboxSocket };
  return {
    openapi: "3.1.0",
    info: {
      title: "Quoth",
      version: String(wire.version),
      description:
        "Chat you can prove. A refusal is a problem+json with a code; /docs lists what each code means.",
    },
    paths,
    components: {
      schemas: components(),
      examples: problemExamples,
      securitySchemes: {
        bearer: { type: "http", scheme: "bearer", bearerFormat: "JWT" },
        cookie: { type: "apiKey", in: "cookie", name: SESSION_COOKIE },
      },
    },
  };
}

const documented = (path: string): string => path.replaceAll(/:(\w+)/g, "{$1}");

function isOperation(detail: Partial<Operation> | undefined): detail is Operation {
  return detail?.operationId !== undefined;
}

function operationOf(route: Route, detail: Operation): Json {
  const { operationId, summary, tags } = detail;
  const { body, response = {} } = route.hooks;
  const refusals = refusalsOf(route, detail);
  return {
    operationId,
    summary,
    tags,
    security: detail["x-public"] ? [] : [{ bearer: [] }, { cookie: [] }],
    parameters: parametersOf(route, detail),
    ...(body ? { requestBody: bodyOf(body) } : {}),
    responses: {
      ...successOf(detail, response),
      ...problemsOf(refusals),
    },
    "x-refusals": refusals,
    "x-account": detail["x-account"],
    ...(body ? { "x-body-bytes": detail["x-body-bytes"] } : {}),
  };
}

function successOf(detail: Operation, response: Readonly<Record<string, object>>): Json {
  if (detail["x-redirects"]) return redirect;
  return detail["x-plain"] ? plainText : successesOf(response);
}

/** A body that may be left out is wrapped, and is named after what it is when it comes. */
function bodyOf(body: object): Json {
  if (!isOptional(body)) return { required: true, content: jsonOf(body) };
  return { required: false, content: jsonOf(body.wrapped) };
}

function isOptional(schema: object): schema is { wrapped: object } {
  return "type" in schema && schema.type === "optional" && "wrapped" in schema;
}

function jsonOf(schema: object): Json {
  const example = examples[nameOf(schema)];
  return { "application/json": { schema: reference(schema), example } };
}

function successesOf(response: Readonly<Record<string, object>>): Json {
  const entries = Object.entries(response);
  if (entries.length === 0) return { 204: { description: "Done", headers: answerHeaders } };
  return Object.fromEntries(
    entries.map(([status, schema]) => [
      status,
      {
        description: descriptions[status] ?? "Done",
        headers: answerHeaders,
        content: jsonOf(schema),
      },
    ]),
  );
}

const redirect = { 303: { description: "Go on there, with GET" } };
const plainText = {
  200: {
    description: "The text itself",
    content: { "text/plain": { schema: { type: "string" } } },
  },
};
const descriptions: Readonly<Record<string, string>> = {
  200: "OK",
  201: "Created",
  503: "Not ready",
};
const answerHeaders = {
  "x-request-id": { schema: { type: "string" }, description: "Names this request in the logs" },
};

/** What follows from a route's form, and what it says of itself. */
function refusalsOf({ method, path, hooks }: Route, detail: Operation): RefusalCode[] {
  const codes: RefusalCode[] = [...detail["x-refusals"], "internal", "unavailable"];
  if (hooks.body) codes.push("bad_frame", "invalid", "too_large");
  if (hooks.query || detail["x-idempotent"]) codes.push("invalid");
  if (hooks.params) codes.push("not_found");
  if (!detail["x-public"]) codes.push("unauthenticated", "scope_missing");
  if (!detail["x-public"] && method !== "GET") codes.push("bad_origin");
  if (!detail["x-public"] && !isOpenToGuests(method, documented(path))) codes.push("not_allowed");
  return [...new Set(codes)].toSorted();
}

function problemsOf(codes: readonly RefusalCode[]): Json {
  const byStatus = Map.groupBy(codes, (code) => String(refusalTable[code].status));
  return Object.fromEntries(
    [...byStatus].map(([status, group]) => [
      status,
      {
        description: group.map((code) => `\`${code}\`: ${refusalTable[code].text}`).join("\n\n"),
        headers: answerHeaders,
        content: {
          "application/problem+json": {
            schema: { $ref: "#/components/schemas/Problem" },
            examples: Object.fromEntries(
              group.map((code) => [code, { $ref: `#/components/examples/${code}` }]),
            ),
          },
        },
      },
    ]),
  );
}

function parametersOf({ path, hooks }: Route, detail: Operation): Json[] {
  const inPath = [...path.matchAll(/:(\w+)/g)].map(([, name]) => ({
    name,
    in: "path",
    required: true,
    schema: { type: "string" },
  }));
  return [
    ...inPath,
    ...queryParameters(hooks.query),
    ...(detail["x-idempotent"] ? [idempotencyKey] : []),
  ];
}

const idempotencyKey = {
  name: "idempotency-key",
  in: "header",
  required: false,
  description:
    "A command_id or a key of one's own: the same key has one effect, and its first receipt, however often it is sent",
  schema: { type: "string", minLength: 1, maxLength: 64 },
};

function queryParameters(query: z.ZodType | undefined): Json[] {
  if (!query) return [];
  const { properties = {} } = z.toJSONSchema(query, { unrepresentable: "any" });
  // `explode` is false for lists: they travel as one value, with commas in it.
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    in: "query",
    required: false,
    schema,
    explode: false,
  }));
}

const socketRefusals: readonly RefusalCode[] = [
  "bad_version",
  "bad_origin",
  "ticket_refused",
  "too_many_sockets",
  "upgrade_required",
  "internal",
  "unavailable",
];

const PROTOCOLS = `Sec-WebSocket-Protocol offers ${encodings.map((encoding) => subprotocol(wire.version, encoding)).join(" or ")}, and ${TICKET_PROTOCOL_PREFIX}<ticket>`;

function socketOperation(
  operationId: string,
  summary: string,
  { parameters, refusals }: { parameters: Json[]; refusals: readonly RefusalCode[] },
): Json {
  return {
    operationId,
    summary: `${summary}: ${PROTOCOLS}`,
    tags: ["sockets"],
    security: [],
    parameters,
    responses: { 101: { description: "The socket is open" }, ...problemsOf(refusals) },
    "x-refusals": refusals,
  };
}

const roomSocket = socketOperation("openRoomSocket", "Open a room's socket", {
  parameters: [{ name: "room_id", in: "path", required: true, schema: { type: "string" } }],
  refusals: [...socketRefusals, "not_found"],
});
const inboxSocket = socketOperation("openInboxSocket", "Open one's own inbox's socket", {
  parameters: [],
  refusals: socketRefusals,
});
