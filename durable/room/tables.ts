import { timersTable } from "../kernel/alarms.ts";
import type { Migration } from "../kernel/migrate.ts";
import { outboxTable } from "../kernel/outbox.ts";
import { ticketsTable } from "../kernel/tickets.ts";
import { commandsTable } from "./stores/commands.ts";
import { cursorsOfOld, cursorsTable, leftIndex, untoldIndex } from "./stores/cursors.ts";
import { endedDevicesTable } from "./stores/ended-devices.ts";
import { headsTable } from "./stores/heads.ts";
import { logIndex, logTable } from "./stores/log.ts";
import { membersTable } from "./stores/members.ts";
import { messagesTable } from "./stores/messages.ts";
import { roomTable } from "./stores/room.ts";

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
      untoldIndex,
      leftIndex,
      endedDevicesTable,
      // The inboxes of a room from before are told of it when it next wakes.
      `INSERT INTO outbox (target, through_seq, created_at, attempts, due_at, parked_at)
       SELECT 'inboxes', seq, at, 0, at, NULL FROM log ORDER BY seq DESC LIMIT 1`,
      `INSERT INTO timers (name, due_at) SELECT 'outbox', MAX(at) FROM log HAVING COUNT(*) > 0
       ON CONFLICT (name) DO UPDATE SET due_at = MIN(due_at, excluded.due_at)`,
    ],
  },
];
