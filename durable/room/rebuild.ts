import { limits } from "../../schema/limits.ts";
import { transact } from "../kernel/sql.ts";
import { apply } from "./apply.ts";
import type { RoomContext } from "./context.ts";
import { log } from "./stores/log.ts";
import { members } from "./stores/members.ts";
import { mentions } from "./stores/mentions.ts";
import { messages } from "./stores/messages.ts";
import { pins } from "./stores/pins.ts";
import { reactions } from "./stores/reactions.ts";
import { roomStore } from "./stores/room.ts";

const derived = [roomStore, members, messages, reactions, pins, mentions];

/** Throws away what is derived from the log, and makes it again. That the result is equal is tested for every event. */
export function rebuild(context: RoomContext): void {
  const { sql } = context.host;
  const room = context.room();
  if (!room) return;
  transact(sql, () => {
    for (const store of derived) store.clear(sql);
    const through = log.tail(sql)?.seq ?? 0;
    for (let after = 0; after < through;) {
      const events = log.range(sql, {
        after,
        through,
        limit: limits.page_events_max,
        max_bytes: limits.archive_bytes,
      });
      for (const event of events) apply(sql, room, event);
      after = events.at(-1)?.seq ?? through;
    }
  });
}
