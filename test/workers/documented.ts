import { refusalCodes } from "../../schema/refusals.ts";
import { openApi, pathOf } from "../../workers/api/api.ts";

/** Where there is no operation, no operation can say so. */
const ofNoOperation: ReadonlySet<string> = new Set(["no_such_route", "method_not_allowed"]);
const codes: ReadonlySet<string> = new Set(refusalCodes);

/**
 * What every test sees is held against the document: a refusal that a route gives, and that the document does not list
 * for it, is one that no client was told of. So each test of the Worker proves a part of API-14 besides its own.
 */
export function requireDocumented(asked: { method: string; path: string }, answer: unknown): void {
  const code = codeOf(answer);
  const path = pathOf(asked.path.split("?", 1)[0] ?? "");
  if (code === null || path === null || ofNoOperation.has(code)) return;
  const method = asked.method === "HEAD" ? "get" : asked.method.toLowerCase();
  const listed = openApi().paths[path]?.[method]?.["x-refusals"] as readonly string[] | undefined;
  if (listed !== undefined && !listed.includes(code))
    throw new Error(`${asked.method} ${path} answers ${code}, which the document does not list`);
}

function codeOf(answer: unknown): string | null {
  if (typeof answer !== "object" || answer === null || !("code" in answer)) return null;
  return typeof answer.code === "string" && codes.has(answer.code) ? answer.code : null;
}
