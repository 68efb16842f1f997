import type { Caller } from "../../schema/caller.ts";
import type { CalledPage, MentionsAsked } from "../../schema/inbox-rpc.ts";
import type { InboxState } from "../../schema/inbox.ts";
import { limits } from "../../schema/limits.ts";
import type { Settled } from "../kernel/outcome.ts";
import { accepted, refused } from "../kernel/outcome.ts";
import type { InboxContext } from "./context.ts";
import { endDead } from "./live/presence-person.ts";
import { holdsHere } from "./holds.ts";
import { blocks } from "./stores/blocks.ts";
import { called } from "./stores/called.ts";
import { bookmarks } from "./stores/bookmarks.ts";
import { deviceOf, devices } from "./stores/devices.ts";
import { drafts } from "./stores/drafts.ts";
import { log } from "./stores/log.ts";
import { reminders } from "./stores/reminders.ts";
import { rooms } from "./stores/rooms.ts";
import { selfStore } from "./stores/self.ts";
import { settingsStore } from "./stores/settings.ts";
import { wishes } from "./stores/wishes.ts";

/** Everything that a client needs in order to start: one statement for each kind of thing, however many there are. */
export function stateOf(context: InboxContext): InboxState | null {
  const inbox = context.inbox();
  if (!inbox) return null;
  const { sql } = context.host;
  return {
    position: { epoch: inbox.epoch, seq: log.bounds(sql).head_seq },
    rooms: rooms.shown(sql),
    drafts: drafts.all(sql),
    bookmarks: bookmarks.all(sql),
    reminders: reminders.all(sql),
    contacts: wishes.contacts(sql),
    blocks: blocks.all(sql),
    devices: devices.all(sql).map(deviceOf),
    settings: settingsStore.get(sql),
    self: selfStore.get(sql),
  };
}

export function stateFor(context: InboxContext, caller: Caller): Settled<InboxState> {
  const own = owner(context, caller);
  if (own.kind === "refused") return own;
  endDead(context);
  const state = stateOf(context);
  return state ? accepted(state) : refused("not_found");
}

/** The messages that called this person, newest first: which, and not what they say. */
export function mentions(
  context: InboxContext,
  caller: Caller,
  { before, limit }: MentionsAsked,
): Settled<CalledPage> {
  const own = owner(context, caller);
  if (own.kind === "refused") return own;
  const page = { before, limit: Math.min(limit, limits.mentions_page_max) };
  return accepted(called.page(context.host.sql, page));
}

/** Only a device that is signed in here. */
function owner(context: InboxContext, caller: Caller): Settled<null> {
  if (!context.inbox()) return refused("not_found");
  return holdsHere(context.host, caller.device_id) ? accepted(null) : refused("unauthenticated");
}
