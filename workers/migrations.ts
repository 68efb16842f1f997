/**
 * The migrations that this code expects to be applied, by kind of database: readiness compares them with what each
 * database says. A test compares them with the files in migrations/.
 */
export const expectedMigrations = {
  directory: [
    "0001_accounts.sql",
    "0002_people.sql",
    "0003_room_members.sql",
    "0004_held_handles.sql",
    "0005_welcome.sql",
  ],
  history: ["0001_archive.sql", "0002_conversation.sql"],
} as const satisfies Record<string, readonly string[]>;
