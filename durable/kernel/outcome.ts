import type { CloseName } from "../../schema/closes.ts";
import type { Refusal, RefusalCode } from "../../schema/refusals.ts";
import { refusal } from "../../schema/refusals.ts";

/** What became of something that entered an actor. Nothing expected is thrown. */
export type Outcome<T> =
  | { kind: "accepted"; value: T }
  | { kind: "refused"; refusal: Refusal }
  | { kind: "ignored" }
  | { kind: "ended"; close: CloseName };

export type Settled<T> = Extract<Outcome<T>, { kind: "accepted" | "refused" }>;

export const accepted = <T>(value: T): Settled<T> => ({ kind: "accepted", value });
export const refused = (
  code: RefusalCode,
  more?: { retry_after_ms?: number; field?: string },
): Settled<never> => ({
  kind: "refused",
  refusal: refusal(code, more),
});
export const ignored: Outcome<never> = { kind: "ignored" };
export const ended = (close: CloseName): Outcome<never> => ({ kind: "ended", close });

/** The end of every switch over a closed union: a new member does not compile until it is handled. */
export function unreachable(value: never): never {
  throw new TypeError(`unreachable: ${JSON.stringify(value)}`);
}
