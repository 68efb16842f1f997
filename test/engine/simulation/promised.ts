import assert from "node:assert/strict";
import { whoWent } from "../../../schema/events.ts";
import { scheduleIdOf, sendingOf } from "../../../schema/ids.ts";
import { log } from "../../../durable/room/stores/log.ts";
import type { History } from "./history.ts";

/** What was to be sent later was sent once; or not at all, where its author has left. */
export function checkPromised({ room, clients, reached }: History): void {
  const all = Number.MAX_SAFE_INTEGER;
  const asked = { after: 0, through: all, limit: all, max_bytes: all };
  const events = log.range(room.host.sql, asked);
  assert.deepEqual(room.rows("scheduled"), [], "nothing waits for its time any more");
  for (const { user_id, promised, name } of clients) {
    const has_left = events.some((event) => whoWent(event) === user_id);
    for (const command_id of promised) {
      const sending = sendingOf(scheduleIdOf(command_id));
      const sent = events.filter((event) => event.command_id === sending).length;
      assert.ok(sent === 1 || (has_left && sent === 0), `${name}'s was sent ${sent} times`);
      reached.sent_later += sent;
    }
  }
}
