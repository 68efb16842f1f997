import { timersTable } from "../kernel/alarms.ts";
import type { Migration } from "../kernel/migrate.ts";
import { outboxTable } from "../kernel/outbox.ts";
import { ticketsTable } from "../kernel/tickets.ts";
import { commandsTable } from "./stores/commands.ts";
import { cursorColumns, cursorsOfOld, cursorsTable } from "./stores/cursors.ts";
import { leftIndex, untoldIndexOfOld } from "./stores/cursors.ts";
import { endedDevicesTable } from "./stores/ended-devices.ts";
import { erasuresTable } from "./stores/erasures.ts";
import { headsTable } from "./stores/heads.ts";
import { logIndex, logRestoredIndex, logTable } from "./stores/log.ts";
import { memberMutedColumn, membersTable } from "./stores/members.ts";
import { mentionsIndexes, mentionsTable } from "./stores/mentions.ts";
import { messageColumns, messagesTable, threadsIndex } from "./stores/messages.ts";
import { pinsTable } from "./stores/pins.ts";
import { ignoredTable, preferencesTable } from "./stores/preferences.ts";
import { reactionsTable } from "./stores/reactions.ts";
import { roomColumns, roomTable } from "./stores/room.ts";
import { threadFollowsTable } from "./stores/thread-follows.ts";
import { scheduledDueIndex, scheduledOwnIndex, scheduledTable } from "./stores/scheduled.ts";
import { withheldTable } from "./stores/withheld.ts";

/** Append-only: a room that was created last year applies what is new here when it next wakes. */
export const roomMigrations: readonly Migration[] = [
  {
    name: "0001_spine",
    sql: [
      roomTable,
      logTable,
      logIndex,
      commandsTable,
      headsTable,
      messagesTable,
      membersTable,
      ticketsTable,
      timersTable,
      outboxTable,
    ],
  },
  {
    name: "0002_inboxes",
    sql: [
      cursorsTable,
      cursorsOfOld,
      untoldIndexOfOld,
      leftIndex,
      endedDevicesTable,
      // The inboxes of a room from before are told of it when it next wakes.
      `INSERT INTO outbox (target, through_seq, created_at, attempts, due_at, parked_at)
       SELECT 'inboxes', seq, at, 0, at, NULL FROM log ORDER BY seq DESC LIMIT 1`,
      `INSERT INTO timers (name, due_at) SELECT 'outbox', MAX(at) FROM log HAVING COUNT(*) > 0
       ON CONFLICT (name) DO UPDATE SET due_at = MIN(due_at, excluded.due_at)`,
    ],
  },
  {
    name: "0003_conversation",
    sql: [
      ...roomColumns,
      memberMutedColumn,
      ...messageColumns,
      threadsIndex,
      logRestoredIndex,
      reactionsTable,
      pinsTable,
      scheduledTable,
      scheduledDueIndex,
      scheduledOwnIndex,
      mentionsTable,
      ...mentionsIndexes,
      ...cursorColumns,
      threadFollowsTable,
      preferencesTable,
      ignoredTable,
      withheldTable,
      erasuresTable,
    ],
  },
];
