import type { SqlPort } from "./host.ts";
import { statement, transact } from "./sql.ts";

/** One step of an actor's schema. The list only grows: what was applied somewhere is never changed. */
export interface Migration {
  readonly name: string;
  readonly sql: readonly string[];
}

export class MigrationError extends Error {}

const exists = statement<{ name: string }, { name: string }>(
  "SELECT name FROM sqlite_master WHERE type = 'table' AND name = :name",
);
const applied = statement<object, { name: string }>(
  "SELECT name FROM migrations ORDER BY position",
);
const record = statement<{ position: number; name: string; at: number }>(
  "INSERT INTO migrations (position, name, applied_at) VALUES (:position, :name, :at)",
);

/** Whether anything was ever stored here. An actor that was only asked for leaves no trace. */
export function isMigrated(sql: SqlPort): boolean {
  return exists.one(sql, { name: "migrations" }) !== null;
}

/** Brings the tables up to the list, each step with its record in one transaction. */
export function migrate(sql: SqlPort, list: readonly Migration[], now_ms: number): number {
  if (!isMigrated(sql)) {
    sql.exec(
      "CREATE TABLE migrations (position INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, applied_at INTEGER NOT NULL)",
      [],
    );
  }
  const done = applied.all(sql, {}).map((row) => row.name);
  done.forEach((name, position) => {
    if (list[position]?.name !== name) {
      throw new MigrationError(
        `storage has migration ${name} where the code has ${list[position]?.name ?? "none"}`,
      );
    }
  });
  const missing = list.slice(done.length);
  missing.forEach((migration, index) => {
    transact(sql, () => {
      for (const text of migration.sql) sql.exec(text, []);
      record.run(sql, { position: done.length + index, name: migration.name, at: now_ms });
    });
  });
  return missing.length;
}
