import type { Refusal, RefusalCode } from "../schema/refusals.ts";

/** `unreachable`: no answer came. `bad_answer`: one came that the contract does not know. */
export type FailureCode = RefusalCode | "unreachable" | "bad_answer";

/** Why a call had no effect, as the contract says it: what to do next is in `code` and `retryable`. */
export class QuothError extends Error {
  readonly code: FailureCode;
  readonly retryable: boolean;
  readonly request_id: string | null;
  readonly retry_after_ms: number | undefined;
  readonly field: string | undefined;

  constructor(
    code: FailureCode,
    text: string,
    more: Partial<Omit<QuothError, "code" | keyof Error>> = {},
  ) {
    super(text);
    this.name = "QuothError";
    this.code = code;
    this.retryable = more.retryable ?? false;
    this.request_id = more.request_id ?? null;
    this.retry_after_ms = more.retry_after_ms;
    this.field = more.field;
  }

  static from({ code, text, ...more }: Refusal): QuothError {
    return new QuothError(code, text, { ...more, request_id: null });
  }
}

export const failedAs = (error: unknown, code: FailureCode): boolean =>
  error instanceof QuothError && error.code === code;
