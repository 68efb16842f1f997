import type { InboxHappening } from "../../../schema/inbox-events.ts";
import { limits } from "../../../schema/limits.ts";
import { accepted, refused } from "../../kernel/outcome.ts";
import { preferencesChanged } from "./preferences.ts";
import { asLeftBehind } from "../live/presence-person.ts";
import { lookAgain, touched } from "../live/presence-timers.ts";
import { part, stateOf } from "../rules/contact.ts";
import { blocks } from "../stores/blocks.ts";
import { wishes } from "../stores/wishes.ts";
import { noteWish } from "./wishes.ts";
import type { Asked, Decided } from "./asked.ts";

/**
 * A curtain on this side alone. What the two wished of one another stays as it was, for the other to see; here it is
 * gone. What the other wishes meanwhile is remembered and not shown. To the other this person looks as if they had gone
 * offline at this moment, if they were not already, and had not come back since.
 */
export function block({ context, command: { user_id } }: Asked<"block">): Decided {
  const { host } = context;
  if (user_id === context.user_id) return refused("invalid", { field: "user_id" });
  if (blocks.has(host.sql, user_id)) return accepted([]);
  if (blocks.count(host.sql) >= limits.blocks) return refused("too_many");
  const shown = stateOf(wishes.pair(host.sql, user_id));
  const added = { user_id, at: host.now() };
  blocks.add(host.sql, added, asLeftBehind(context));
  preferencesChanged(context);
  touched(context);
  lookAgain(context, user_id);
  const gone: InboxHappening[] = shown ? [{ type: "contact.gone", body: { user_id } }] : [];
  return accepted([...gone, { type: "block.added", body: { block: added } }]);
}

/**
 * The two begin anew as strangers. Only now does the other hear, and it looks as if a request were declined or a contact
 * removed today: a block that is over is not told either.
 */
export function unblock({ context, command: { user_id } }: Asked<"unblock">): Decided {
  const { host } = context;
  if (!blocks.has(host.sql, user_id)) return accepted([]);
  blocks.remove(host.sql, user_id);
  preferencesChanged(context);
  const before = wishes.pair(host.sql, user_id);
  const after = stateOf(before) ? part(before, host.now()) : before;
  // Told in any case: what was on its way when the block fell has not arrived.
  if (after.version > 0) {
    wishes.put(host.sql, user_id, after, host.now());
    noteWish(context, user_id, after);
  }
  touched(context);
  lookAgain(context, user_id);
  return accepted([{ type: "block.removed", body: { user_id } }]);
}
