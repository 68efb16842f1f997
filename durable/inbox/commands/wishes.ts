import type { UserId } from "../../../schema/ids.ts";
import type { InboxHappening } from "../../../schema/inbox-events.ts";
import type { Wish } from "../../../schema/inbox-rpc.ts";
import { limits } from "../../../schema/limits.ts";
import type { Settled } from "../../kernel/outcome.ts";
import { accepted } from "../../kernel/outcome.ts";
import { atMost } from "../../kernel/at-most.ts";
import { transact } from "../../kernel/sql.ts";
import type { InboxContext } from "../context.ts";
import { lookAgain, touched } from "../live/presence-timers.ts";
import type { Pair } from "../rules/contact.ts";
import { hear, part, stateOf, toTell } from "../rules/contact.ts";
import { blocks } from "../stores/blocks.ts";
import { wishes } from "../stores/wishes.ts";

const TARGET = "wish:";

/** Writes how two people stand now, has the other's inbox told where that is due, and says what changed to the eye. */
export function settleWish(
  context: InboxContext,
  user_id: UserId,
  { before, after }: { before: Pair; after: Pair },
): InboxHappening[] {
  const { host } = context;
  const since = wishes.put(host.sql, user_id, after, host.now());
  if (after.version > before.version) noteWish(context, user_id, after);
  const state = stateOf(after);
  if (state === stateOf(before)) return [];
  touched(context);
  lookAgain(context, user_id);
  if (state) return [{ type: "contact.changed", body: { contact: { user_id, state, since } } }];
  wishes.forgetStrangers(host.sql);
  return [{ type: "contact.gone", body: { user_id } }];
}

export function noteWish({ outbox }: InboxContext, user_id: UserId, { version }: Pair): void {
  outbox.note(`${TARGET}${user_id}`, version, 0);
}

/**
 * Tells the other's inbox how things stand now, which may be more than what was noted. Whatever changes while this
 * waits for an answer has a higher version and an entry of its own. Whom the person blocks hears nothing: they go on
 * seeing what they saw, until the block is lifted.
 */
export async function deliverWish(
  context: InboxContext,
  target: string,
  through_seq: number,
): Promise<void> {
  const { host, outbox, peers } = context;
  const user_id = target.slice(TARGET.length) as UserId;
  if (blocks.has(host.sql, user_id)) return outbox.confirmed(target, through_seq);
  const pair = wishes.pair(host.sql, user_id);
  for (const wish of toTell(pair)) await peers.inbox(user_id).wish(context.user_id, wish);
  transact(host.sql, () => {
    wishes.told(host.sql, user_id, pair.version);
    // A pair that was forgotten has nothing more to say than it had when this was noted.
    outbox.confirmed(target, Math.max(pair.version, pair.version === 0 ? through_seq : 0));
    // Only now do both inboxes know of a new contact.
    lookAgain(context, user_id);
  });
}

/** What another inbox tells. Of somebody who is blocked it is remembered, and nothing is shown or answered. */
export function hearWish(
  context: InboxContext,
  from: UserId,
  wish: Wish,
): Settled<InboxHappening[]> {
  const { host } = context;
  // An inbox that is not there, or not any more, is not made by what others wish.
  if (from === context.user_id || !context.inbox()) return accepted([]);
  const before = wishes.pair(host.sql, from);
  const after = hear(before, wish, host.now());
  if (after === before) return accepted([]);
  if (blocks.has(host.sql, from)) {
    wishes.put(host.sql, from, after, host.now());
    return accepted([]);
  }
  const happened = settleWish(context, from, { before, after });
  return accepted([...happened, ...makeRoom(context)]);
}

/** A flood of requests takes the place of the oldest that nobody has answered, which ends as if it were declined. */
function makeRoom(context: InboxContext): InboxHappening[] {
  const { sql, now } = context.host;
  if (wishes.counts(sql).requests <= limits.requests_received) return [];
  const oldest = wishes.oldestRequest(sql);
  if (!oldest) return [];
  const before = wishes.pair(sql, oldest);
  return settleWish(context, oldest, { before, after: part(before, now()) });
}

/**
 * The account is being erased: whoever knows this person as a contact, or has asked to be one, is told that it is over.
 * It throws where somebody could not be told, and may be done again.
 */
export async function farewell({ host, peers, user_id }: InboxContext): Promise<void> {
  await atMost(limits.presence_calls, wishes.everyone(host.sql), async ({ user_id: to, pair }) => {
    for (const wish of toTell(part(pair, host.now()))) await peers.inbox(to).wish(user_id, wish);
  });
}
