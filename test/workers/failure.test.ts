import * as v from "valibot";
import { expect, test } from "vitest";
import { CreateRoomBodySchema, ProblemSchema, TextBodySchema } from "../../schema/http.ts";
import { limits } from "../../schema/limits.ts";
import { refusal, refusalCodes, refusalTable } from "../../schema/refusals.ts";
import { failureResponse, refusalOf, refusalOfIssue } from "../../workers/api/failure.ts";
import { Refused } from "../../workers/refused.ts";
import { newId } from "../../schema/ids.ts";

const context = () => {
  const lines: string[] = [];
  const log = (level: string, event: string, fields: object) =>
    void lines.push(JSON.stringify({ level, event, ...fields }));
  return { request_id: newId("request"), log, lines };
};

test("API-2 every code of the table leaves as the table has it", async () => {
  for (const code of refusalCodes) {
    const response = failureResponse(new Refused(refusal(code)), context());
    const problem = v.parse(ProblemSchema, await response.json());
    expect(response.status).toBe(refusalTable[code].status);
    expect(response.headers.get("content-type")).toBe("application/problem+json");
    expect(problem).toMatchObject({
      type: `/docs#refusal-${code}`,
      title: refusalTable[code].text,
      code,
    });
    expect(problem.retryable).toBe(refusalTable[code].retryable);
  }
});

test("API-2 a refusal that says when to come back says it to proxies too", () => {
  const response = failureResponse(
    new Refused(refusal("slow_down", { retry_after_ms: 1_200 })),
    context(),
  );
  expect(response.headers.get("retry-after")).toBe("2");
  expect(
    failureResponse(new Refused(refusal("unauthenticated")), context()).headers.get(
      "www-authenticate",
    ),
  ).toContain("Bearer");
});

test("API-18 what nobody expected is told as internal, and its reason only to the log", async () => {
  const visit = context();
  const response = failureResponse(new Error("the hidden reason"), visit);
  const text = await response.text();
  expect(response.status).toBe(500);
  expect(text).toContain('"code":"internal"');
  expect(text).toContain(visit.request_id);
  expect(text).not.toContain("hidden");
  expect(visit.lines.join()).toContain("the hidden reason");
});

test("API-18 an actor or a database that cannot be reached is unavailable, and worth another try", () => {
  const errors = [
    Object.assign(new Error("moved"), { retryable: true }),
    Object.assign(new Error("too busy"), { overloaded: true, retryable: true }),
    new Error("D1_ERROR: Network connection lost."),
  ];
  for (const error of errors)
    expect(refusalOf(error)).toMatchObject({ code: "unavailable", retryable: true });
  expect(refusalOf("thrown text").code).toBe("internal");
});

const issueOf = (schema: v.GenericSchema, value: unknown) => {
  const parsed = v.safeParse(schema, value);
  return parsed.success ? undefined : parsed.issues[0];
};

test("API-3 a refusal names the path of a field, and an unknown field not even by its name", () => {
  const members = { kind: "group", name: "x", members: ["user_secret"] };
  expect(refusalOfIssue(issueOf(CreateRoomBodySchema, members))).toMatchObject({
    code: "invalid",
    field: "members.0",
  });
  const unknown = refusalOfIssue(issueOf(TextBodySchema, { text: "x", secret_field: 1 }));
  expect(unknown.code).toBe("invalid");
  expect(JSON.stringify(unknown)).not.toContain("secret");
});

test("API-5 a text that is too long is its own refusal", () => {
  const text = "x".repeat(limits.large_text_bytes + 1);
  expect(refusalOfIssue(issueOf(TextBodySchema, { text }))).toMatchObject({
    code: "text_too_long",
    field: "text",
  });
});
