import type { Refusal, RefusalCode } from "../schema/refusals.ts";
import { refusal } from "../schema/refusals.ts";

/** A refusal on its way out of a route: thrown, since Elysia's steps have no other way to end early. */
export class Refused extends Error {
  readonly refusal: Refusal;

  constructor(reason: Refusal) {
    super(reason.code);
    this.name = "Refused";
    this.refusal = reason;
  }
}

export function refuse(
  code: RefusalCode,
  more: { retry_after_ms?: number; field?: string } = {},
): never {
  throw new Refused(refusal(code, more));
}
