import type { Caller } from "../../schema/caller.ts";
import type { InboxState } from "../../schema/inbox.ts";
import type { Settled } from "../kernel/outcome.ts";
import { accepted, refused } from "../kernel/outcome.ts";
import type { InboxContext } from "./context.ts";
import { endDead } from "./live/presence-person.ts";
import { holdsHere } from "./holds.ts";
import { blocks } from "./stores/blocks.ts";
import { bookmarks } from "./stores/bookmarks.ts";
import { deviceOf, devices } from "./stores/devices.ts";
import { drafts } from "./stores/drafts.ts";
import { log } from "./stores/log.ts";
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
    contacts: wishes.contacts(sql),
    blocks: blocks.all(sql),
    devices: devices.all(sql).map(deviceOf),
    settings: settingsStore.get(sql),
    self: selfStore.get(sql),
  };
}

export function stateFor(context: InboxContext, caller: Caller): Settled<InboxState> {
  if (!context.inbox()) return refused("not_found");
  if (!holdsHere(context.host, caller.device_id)) return refused("unauthenticated");
  endDead(context);
  const state = stateOf(context);
  return state ? accepted(state) : refused("not_found");
}
