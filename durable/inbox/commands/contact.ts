import type { UserId } from "../../../schema/ids.ts";
import { limits } from "../../../schema/limits.ts";
import { accepted, refused } from "../../kernel/outcome.ts";
import type { InboxContext } from "../context.ts";
import type { Asking } from "../rules/contact.ts";
import { ask, stateOf, strangers } from "../rules/contact.ts";
import { blocks } from "../stores/blocks.ts";
import { wishes } from "../stores/wishes.ts";
import { settleWish } from "./wishes.ts";
import type { Asked, Decided } from "./asked.ts";

export const request = (asked: Asked<"request">): Decided => wishing(asked, "request");
export const accept = (asked: Asked<"accept">): Decided => wishing(asked, "accept");
export const decline = (asked: Asked<"decline">): Decided => wishing(asked, "decline");
export const cancel = (asked: Asked<"cancel">): Decided => wishing(asked, "cancel");
export const remove = (asked: Asked<"remove">): Decided => wishing(asked, "remove");

interface About {
  readonly context: InboxContext;
  readonly command: { readonly user_id: UserId };
}

function wishing({ context, command: { user_id } }: About, asking: Asking): Decided {
  const { host } = context;
  if (user_id === context.user_id) return refused("invalid", { field: "user_id" });
  const is_blocked = blocks.has(host.sql, user_id);
  // One does not ask somebody whom one does not want to hear of.
  if (is_blocked && asking === "request") return refused("invalid", { field: "user_id" });
  // Behind a block there is nothing to be seen, so nothing to be done.
  const before = is_blocked ? strangers : wishes.pair(host.sql, user_id);
  const decided = ask(before, asking, host.now());
  if (decided.kind === "refused") return decided;
  const after = decided.value;
  if (after === before) return accepted([]);
  const counts = wishes.counts(host.sql);
  const state = stateOf(after);
  if (state === "contact" && counts.contacts >= limits.contacts) return refused("too_many");
  if (state === "requested" && counts.requested >= limits.contact_requests)
    return refused("too_many");
  return accepted(settleWish(context, user_id, { before, after }));
}
