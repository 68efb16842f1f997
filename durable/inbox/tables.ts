import { timersTable } from "../kernel/alarms.ts";
import type { Migration } from "../kernel/migrate.ts";
import { outboxTable } from "../kernel/outbox.ts";
import { ticketsTable } from "../kernel/tickets.ts";
import { apiTokensTable } from "./stores/api-tokens.ts";
import { blocksSeen, blocksTable } from "./stores/blocks.ts";
import { bookmarksTable } from "./stores/bookmarks.ts";
import { calledIndex, calledTable } from "./stores/called.ts";
import { commandsTable } from "./stores/commands.ts";
import { deviceRoomsTable } from "./stores/device-rooms.ts";
import { devicesTable } from "./stores/devices.ts";
import { draftsTable } from "./stores/drafts.ts";
import { inboxTable } from "./stores/inbox.ts";
import { logTable } from "./stores/log.ts";
import { lookupsTable } from "./stores/lookups.ts";
import { preferencesOfOld, preferencesTable, preferredRoomsTable } from "./stores/preferences.ts";
import { remindersTable } from "./stores/reminders.ts";
import { roomSocketsTable } from "./stores/room-sockets.ts";
import { leftRoomsTable, roomColumns, roomsTable } from "./stores/rooms.ts";
import { selfTable } from "./stores/self.ts";
import { settingsTable } from "./stores/settings.ts";
import { watchedTable, watchesTable } from "./stores/watches.ts";
import { watchersTable } from "./stores/watchers.ts";
import { wishesTable } from "./stores/wishes.ts";

/** Append-only: an inbox that was made last year applies what is new here when it next wakes. */
export const inboxMigrations: readonly Migration[] = [
  {
    name: "0001_people",
    sql: [
      inboxTable,
      logTable,
      commandsTable,
      devicesTable,
      apiTokensTable,
      deviceRoomsTable,
      roomsTable,
      leftRoomsTable,
      draftsTable,
      bookmarksTable,
      wishesTable,
      blocksTable,
      settingsTable,
      selfTable,
      watchersTable,
      watchesTable,
      watchedTable,
      lookupsTable,
      ticketsTable,
      timersTable,
      outboxTable,
    ],
  },
  { name: "0002_what_the_blocked_see", sql: blocksSeen },
  {
    name: "0003_conversation",
    sql: [
      ...roomColumns,
      preferencesTable,
      preferencesOfOld,
      preferredRoomsTable,
      roomSocketsTable,
      remindersTable,
      calledTable,
      calledIndex,
    ],
  },
];
