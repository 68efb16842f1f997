import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { expectedMigrations } from "../../workers/migrations.ts";

const folder = join(import.meta.dirname, "../../migrations");
const namesIn = (path: string) =>
  readdirSync(join(folder, path))
    .filter((name) => name.endsWith(".sql"))
    .toSorted();
const kinds = ["directory", "history"] as const;

for (const kind of kinds) {
  test(`HEALTH-2 the code expects exactly the migrations of migrations/${kind}`, () => {
    expect(expectedMigrations[kind]).toEqual(namesIn(kind));
  });

  test(`ARCH-11 the way back of every migration of ${kind} leaves what was there before it`, () => {
    expect(namesIn(join(kind, "back"))).toEqual(namesIn(kind));
    const database = new DatabaseSync(":memory:");
    // As wrangler keeps it.
    database.exec(
      "CREATE TABLE d1_migrations (id INTEGER PRIMARY KEY, name TEXT UNIQUE, applied_at TIMESTAMP)",
    );
    const shape = () =>
      database.prepare("SELECT type, name, sql FROM sqlite_master ORDER BY name").all();
    const applied = () => database.prepare("SELECT name FROM d1_migrations ORDER BY name").all();
    const before: unknown[] = [];
    for (const name of namesIn(kind)) {
      before.push({ shape: shape(), applied: applied() });
      database.exec(readFileSync(join(folder, kind, name), "utf8"));
      database.prepare("INSERT INTO d1_migrations (name) VALUES (?)").run(name);
    }
    for (const name of namesIn(kind).toReversed()) {
      database.exec(readFileSync(join(folder, kind, "back", name), "utf8"));
      expect({ shape: shape(), applied: applied() }).toEqual(before.pop());
    }
  });
}
