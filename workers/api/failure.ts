import { NotFoundError, ValidationError } from "elysia";
import { isRetryable } from "../../durable/address.ts";
import type { Problem } from "../../schema/http.ts";
import type { Refusal } from "../../schema/refusals.ts";
import { refusal, refusalTable } from "../../schema/refusals.ts";
import { TEXT_TOO_LONG } from "../../schema/text.ts";
import type { RequestContext } from "../context.ts";
import { errorFields } from "../log.ts";
import { Refused } from "../refused.ts";

/**
 * The only place where an error becomes a response: problem+json as in RFC 9457. What is not a refusal is logged
 * here with its reason and told to the client as "internal error" without it. Nothing that a client sent goes back:
 * Elysia's own errors repeat the whole input, so none of their text is used.
 */
export function failureResponse(
  error: unknown,
  context: Pick<RequestContext, "request_id" | "log">,
  headers: Readonly<Record<string, string>> = {},
): Response {
  const reason = refusalOf(error);
  const { status } = refusalTable[reason.code];
  if (status >= 500)
    context.log("error", "request.failed", { code: reason.code, ...errorFields(error) });
  const problem: Problem = {
    type: `/docs#refusal-${reason.code}`,
    title: reason.text,
    status,
    code: reason.code,
    retryable: reason.retryable,
    request_id: context.request_id,
    ...(reason.retry_after_ms === undefined ? {} : { retry_after_ms: reason.retry_after_ms }),
    ...(reason.field === undefined ? {} : { field: reason.field }),
  };
  return new Response(JSON.stringify(problem), {
    status,
    headers: { ...problemHeaders(problem), ...headers },
  });
}

function problemHeaders({ status, retry_after_ms }: Problem): Record<string, string> {
  return {
    "content-type": "application/problem+json",
    ...(status === 401 ? { "www-authenticate": 'Bearer realm="quoth"' } : {}),
    ...(retry_after_ms === undefined
      ? {}
      : { "retry-after": String(Math.ceil(retry_after_ms / 1000)) }),
  };
}

const UNAVAILABLE_RETRY_MS = 1_000;

export function refusalOf(error: unknown): Refusal {
  if (error instanceof Refused) return error.refusal;
  if (error instanceof NotFoundError) return refusal("no_such_route");
  if (error instanceof ValidationError) return refusalOfValidation(error);
  if (isUnreachable(error)) return refusal("unavailable", { retry_after_ms: UNAVAILABLE_RETRY_MS });
  return refusal("internal");
}

/** An actor that is overloaded or has moved, or a database that does not answer: the service's fault and passing. */
function isUnreachable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return (
    isRetryable(error) ||
    ("overloaded" in error && error.overloaded === true) ||
    error.message.startsWith("D1_")
  );
}

/** The part of an issue that both libraries share, and the two words by which valibot tells an unknown field. */
interface Issue {
  message: string;
  path?: readonly (PropertyKey | { key: unknown })[] | undefined;
  type?: string;
  expected?: string | null;
}

function refusalOfValidation(error: ValidationError): Refusal {
  // A path that names nothing that could exist.
  if (error.type === "params") return refusal("not_found");
  // Our own answer broke our own contract.
  if (error.type === "response") return refusal("internal");
  // No body at all, or one that nothing was declared about: its reader was not even asked.
  if (error.type === "body" && error.value === undefined) return refusal("bad_frame");
  return refusalOfIssue(error.valueError as unknown as Issue | undefined);
}

export function refusalOfIssue(issue: Issue | undefined): Refusal {
  const code = issue?.message === TEXT_TOO_LONG ? "text_too_long" : "invalid";
  const field = issue === undefined ? "" : fieldOf(issue);
  return refusal(code, field === "" ? {} : { field });
}

/** The name of an unknown field is the client's own text, so the path stops before it. */
function fieldOf({ path = [], type, expected }: Issue): string {
  const unknownField = type === "strict_object" && expected === "never";
  const known = unknownField ? path.slice(0, -1) : path;
  return known.map((part) => String(typeof part === "object" ? part.key : part)).join(".");
}
