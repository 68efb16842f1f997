import { limits } from "../../schema/limits.ts";
import type { RefusalCode } from "../../schema/refusals.ts";

/** What the document says about a route beyond its schemas. The tags are the files that the routes are in. */
export interface Operation {
  operationId: string;
  summary: string;
  tags: [string];
  /** Refusals of this route's own; those that follow from its form are added by openapi.ts. */
  "x-refusals": readonly RefusalCode[];
  "x-public": boolean;
  "x-idempotent": boolean;
  /** Whether it manages the account itself: a program's token needs the scope `account` for it. */
  "x-account": boolean;
  /** Whether it answers a browser on its way, by sending it on. */
  "x-redirects": boolean;
  /** What a body may hold. */
  "x-body-bytes": number;
  /** Whether it answers with text as it is, and not with JSON. */
  "x-plain": boolean;
}

interface More {
  refusals?: readonly RefusalCode[];
  public?: boolean;
  idempotent?: boolean;
  account?: boolean;
  redirects?: boolean;
  body_bytes?: number;
  plain?: boolean;
}

export function operation(
  tag: string,
  operationId: string,
  summary: string,
  more: More = {},
): { detail: Operation } {
  return {
    detail: {
      operationId,
      summary,
      tags: [tag],
      "x-refusals": more.refusals ?? [],
      "x-public": more.public ?? false,
      "x-idempotent": more.idempotent ?? false,
      "x-account": more.account ?? false,
      "x-redirects": more.redirects ?? false,
      "x-body-bytes": more.body_bytes ?? limits.frame_bytes,
      "x-plain": more.plain ?? false,
    },
  };
}

/** What is asked of a room in a command, which may be repeated: what each of them may be refused with, and its own. */
export function commandOperation(
  tag: string,
  operationId: string,
  summary: string,
  more: Pick<More, "refusals" | "body_bytes"> = {},
): { detail: Operation } {
  const refusals = [...(more.refusals ?? []), "command_id_reused", "slow_down"] as const;
  return operation(tag, operationId, summary, { ...more, idempotent: true, refusals });
}
