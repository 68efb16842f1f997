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
}

interface More {
  refusals?: readonly RefusalCode[];
  public?: boolean;
  idempotent?: boolean;
  account?: boolean;
  redirects?: boolean;
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
    },
  };
}
