import { expect, test } from "vitest";
import { app, methodsOf, openApi, pathOf } from "../../workers/api/api.ts";

interface Operation {
  operationId?: string;
  summary?: string;
  tags?: string[];
  security?: object[];
  requestBody?: { content: Record<string, { schema: { $ref?: string } }> };
  responses: Record<
    string,
    { description?: string; content?: Record<string, { schema: { $ref?: string } }> }
  >;
}
const document = openApi();
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({
    name: `${method.toUpperCase()} ${path}`,
    path,
    operation: operation as unknown as Operation,
  })),
);

test("API-14 every route of the app is in the document, and the socket's besides", () => {
  const routes = app.routes.map(
    ({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, "{$1}")}`,
  );
  expect(operations.map(({ name }) => name).toSorted()).toEqual(
    [...routes, "GET /v1/rooms/{room_id}/socket"].toSorted(),
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
  expect(schemas["Text"]).toMatchObject({ required: ["text"], additionalProperties: false });
  expect(schemas["Register"]?.required).toEqual(["handle", "password"]);
  expect(schemas["ReceiptAnswer"]?.properties?.["receipt"]).toEqual({
    $ref: "#/components/schemas/Receipt",
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

test("API-7 a path says which methods it has", () => {
  const methodsAt = (pathname: string) => methodsOf(pathOf(pathname) ?? "nowhere");
  expect(methodsAt("/v1/keys")).toEqual(["GET", "HEAD"]);
  expect(methodsAt("/v1/rooms/anything/messages/anything")).toEqual(["DELETE", "PATCH"]);
  expect(methodsAt("/v1/rooms/")).toEqual(["POST"]);
  expect(pathOf("/v1/nothing")).toBeNull();
  expect(pathOf("/v1/rooms/one/two/three/four")).toBeNull();
});
