import * as v from "valibot";
import { expect, test } from "vitest";
import { ProblemSchema } from "../../schema/http.ts";
import type { RefusalCode } from "../../schema/refusals.ts";
import { refusalCodes, refusalTable } from "../../schema/refusals.ts";
import { app, methodsOf, openApi, pathOf, scopeOf } from "../../workers/api/api.ts";
import { examples } from "../../workers/api/examples.ts";
import { schemasByName } from "../../workers/api/openapi-schemas.ts";

interface Operation {
  operationId?: string;
  summary?: string;
  tags?: string[];
  security?: object[];
  requestBody?: { content: Content };
  responses: Record<string, { description?: string; content?: Content }>;
  "x-refusals"?: string[];
}
type Content = Record<
  string,
  { schema: { $ref?: string }; example?: unknown; examples?: Record<string, { $ref: string }> }
>;
const document = openApi();
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({
    name: `${method.toUpperCase()} ${path}`,
    path,
    operation: operation as unknown as Operation,
  })),
);

test("API-14 every route of the app is in the document, and the sockets' besides", () => {
  const routes = app.routes.map(
    ({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, "{$1}")}`,
  );
  expect(operations.map(({ name }) => name).toSorted()).toEqual(
    [...routes, "GET /v1/rooms/{room_id}/socket", "GET /v1/me/inbox/socket"].toSorted(),
  );
  expect(routes).toContain("PATCH /v1/rooms/{room_id}/messages/{message_id}");
});

test("API-14 every operation has its own name, a sentence, a tag, a security and its refusals as problems", () => {
  const names = operations.map(({ operation }) => operation.operationId);
  expect(new Set(names).size).toBe(operations.length);
  for (const { name, operation } of operations) {
    expect(operation.summary, name).toBeTruthy();
    expect(operation.tags, name).toHaveLength(1);
    expect(operation.security, name).toBeDefined();
    expect(operation.responses["500"], name).toBeDefined();
    for (const [status, { description, content }] of Object.entries(operation.responses)) {
      expect(description, `${name} ${status}`).toBeTruthy();
      if (Number(status) < 400 || content?.["application/json"]) continue;
      expect(content?.["application/problem+json"]?.schema.$ref, `${name} ${status}`).toBe(
        "#/components/schemas/Problem",
      );
    }
  }
});

test("API-14 bodies are JSON and nothing else, and every reference leads somewhere", () => {
  const schemas = document.components["schemas"] as Record<string, object>;
  for (const { name, operation } of operations) {
    const { requestBody } = operation;
    if (requestBody) expect(Object.keys(requestBody.content), name).toEqual(["application/json"]);
  }
  const references = [
    ...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g),
  ].map(([, to]) => to ?? "");
  expect(references.length).toBeGreaterThan(50);
  expect(references.filter((to) => !(to in schemas))).toEqual([]);
  expect(JSON.stringify(document)).not.toContain('"$schema"');
});

test("API-14 schemas say what the contract says", () => {
  const schemas = document.components["schemas"] as Record<
    string,
    { properties?: Record<string, unknown>; required?: string[]; additionalProperties?: boolean }
  >;
  expect(schemas["TextBody"]).toMatchObject({ required: ["text"], additionalProperties: false });
  expect(schemas["RegisterBody"]?.required).toEqual(["handle", "password"]);
  expect(schemas["ReceiptAnswer"]?.properties?.["receipt"]).toEqual({
    anyOf: [{ $ref: "#/components/schemas/Receipt" }, { type: "null" }],
  });
  const page = operations.find(({ name }) => name === "GET /v1/rooms/{room_id}/messages")
    ?.operation as unknown as { parameters: object[] };
  expect(page.parameters).toContainEqual({
    name: "limit",
    in: "query",
    required: false,
    explode: false,
    schema: { type: "integer", minimum: 1, maximum: 200, default: 50 },
  });
});

const contents = operations.flatMap(({ name, operation }) =>
  [operation.requestBody?.content, ...Object.values(operation.responses).map((r) => r.content)]
    .map((content) => content?.["application/json"])
    .filter((content) => content !== undefined)
    .map((content) => ({ name, ...content })),
);
const schemaNamed = (reference: string | undefined) => reference?.split("/").at(-1) ?? "none";

test("API-22 every body and every answer that a route speaks of has an example", () => {
  expect(contents.length).toBeGreaterThan(50);
  for (const { name, schema, example } of contents)
    // The document itself is described by nobody but its own standard.
    expect(example, `${name} ${schemaNamed(schema.$ref)}`).toBeDefined();
});

for (const [name, example] of Object.entries(examples)) {
  test(`API-22 the example of ${name} is what its schema says`, () => {
    const schema = schemasByName[name];
    expect(schema, "an example of something that the document does not name").toBeDefined();
    const parsed = v.safeParse(schema!, example);
    expect(parsed.issues?.map((issue) => `${v.getDotPath(issue)}: ${issue.message}`)).toBe(
      undefined,
    );
    // Nothing in it is left out by the schema: an example does not promise more than the contract.
    expect(parsed.output).toMatchObject(example as object);
  });
}

test("API-22 every refusal has an example, and every answer that refuses names its codes", () => {
  const known = document.components["examples"] as Record<string, { value: unknown }>;
  expect(Object.keys(known).toSorted()).toEqual([...refusalCodes].toSorted());
  for (const [code, { value }] of Object.entries(known))
    expect(v.parse(ProblemSchema, value)).toEqual({ ...(value as object), code });
  for (const { name, operation } of operations) {
    const named = Object.entries(operation.responses).flatMap(([status, { content }]) =>
      Object.keys(content?.["application/problem+json"]?.examples ?? {}).map((code) => {
        expect(String(refusalTable[code as RefusalCode].status), `${name} ${code}`).toBe(status);
        return code;
      }),
    );
    expect(named.toSorted(), name).toEqual((operation["x-refusals"] ?? []).toSorted());
  }
});

test("API-22 what a program's token needs for a route follows from the route", () => {
  expect(scopeOf("/v1/me", "GET")).toBe("read");
  expect(scopeOf("/v1/me", "HEAD")).toBe("read");
  expect(scopeOf("/v1/rooms", "POST")).toBe("write");
  expect(scopeOf("/v1/me/tokens", "POST")).toBe("account");
  expect(scopeOf("/v1/me/devices", "HEAD")).toBe("account");
});

test("API-7 a path says which methods it has", () => {
  const methodsAt = (pathname: string) => methodsOf(pathOf(pathname) ?? "nowhere");
  expect(methodsAt("/v1/keys")).toEqual(["GET", "HEAD"]);
  expect(methodsAt("/v1/rooms/anything/messages/anything")).toEqual([
    "DELETE",
    "GET",
    "HEAD",
    "PATCH",
  ]);
  expect(methodsAt("/v1/rooms/anything/messages/forward")).toEqual(["POST"]);
  expect(methodsAt("/v1/rooms/")).toEqual(["POST"]);
  // What a path says itself goes before what it leaves open.
  expect(pathOf("/v1/me/passkeys/options")).toBe("/v1/me/passkeys/options");
  expect(pathOf("/v1/me/passkeys/other")).toBe("/v1/me/passkeys/{passkey_id}");
  expect(pathOf("/v1/me/inbox/socket")).toBe("/v1/me/inbox/socket");
  expect(pathOf("/v1/nothing")).toBeNull();
  expect(pathOf("/v1/rooms/one/two/three/four")).toBeNull();
});
