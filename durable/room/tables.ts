import { timersTable } from "../kernel/alarms.ts";
import type { Migration } from "../kernel/migrate.ts";
import { outboxTable } from "../kernel/outbox.ts";
import { commandsTable } from "./stores/commands.ts";
import { headsTable } from "./stores/heads.ts";
import { logIndex, logTable } from "./stores/log.ts";
import { membersTable } from "./stores/members.ts";
import { messagesTable } from "./stores/messages.ts";
import { roomTable } from "./stores/room.ts";
import { ticketsTable } from "./stores/tickets.ts";

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
];
