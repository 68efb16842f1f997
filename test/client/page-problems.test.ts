import { describe, expect, test } from "vitest";
import { QuothError } from "../../client/index.ts";
import { limits } from "../../schema/limits.ts";
import { refusalCodes, refusalTable, type RefusalCode } from "../../schema/refusals.ts";
import { FieldFault, fieldProblemOf, sentenceOf } from "../../web/models/problem.ts";

describe("what went wrong, in words", () => {
  const refused = (code: RefusalCode, more: { field?: string; retry_after_ms?: number } = {}) =>
    new QuothError(code, refusalTable[code].text, { ...more, request_id: "the-request" });

  test("WAC-17: a request is named by its id only where the deployment is at fault", () => {
    for (const code of refusalCodes) {
      const isNamed = sentenceOf(refused(code)).includes("the-request");
      expect([code, isNamed]).toEqual([code, code === "internal" || code === "unavailable"]);
    }
  });

  test("WAC-17: too many tries say how long to wait, in seconds or minutes, and never less than it is", () => {
    const said = (retry_after_ms: number) => sentenceOf(refused("slow_down", { retry_after_ms }));
    expect(said(900)).toContain("in 1 second.");
    expect(said(40_001)).toContain("in 41 seconds.");
    expect(said(60_000)).toContain("in 1 minute.");
    expect(said(61_000)).toContain("in 2 minutes.");
    expect(sentenceOf(refused("slow_down"))).not.toContain("{");
  });

  test("WAC-17: a refusal belongs to the field that it names, or that its code is about, as the form calls it", () => {
    const at = (code: RefusalCode, field?: string) =>
      fieldProblemOf(refused(code, field === undefined ? {} : { field }))?.name ?? null;
    expect(at("invalid", "handle")).toBe("handle");
    expect(at("invalid", "fields.2.value")).toBe("field_value_2");
    expect(at("invalid", "expires_in_ms")).toBe("days");
    expect(at("handle_taken")).toBe("handle");
    expect(at("weak_password")).toBe("password");
    expect(at("invalid")).toBe(null);
    expect(at("slow_down")).toBe(null);
    expect(fieldProblemOf(new Error("no"))).toBe(null);
    expect(fieldProblemOf(new FieldFault("link", "No link."))).toEqual({
      name: "link",
      text: "No link.",
    });
    expect(fieldProblemOf(refused("invalid", { field: "handle" }))?.text).toContain(
      `${limits.handle_characters_min} to ${limits.handle_characters_max}`,
    );
  });
});
