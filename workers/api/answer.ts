import type { Answer } from "../../schema/rpc.ts";
import { Refused } from "../refused.ts";

/** What an actor answered; its refusal leaves as it came, by its status. */
export function valueOf<T>(answer: Answer<T>): T {
  if (!answer.ok) throw new Refused(answer.refusal);
  return answer.value;
}
