import { join } from "node:path";
import { digestOf, onceFor } from "./digest.ts";
import { PlainError } from "./paths.ts";
import { quietEnvironment, runWrangler } from "./wrangler.ts";

/** The D1 databases of wrangler.toml, by binding. A further shard of the archive is one name more. */
export const databases = ["DIRECTORY", "HISTORY_0", "HISTORY_1"] as const;

/** Brings the local databases up to date; without wrangler's two seconds each where nothing has changed. */
export function migrateLocally(data: string): Promise<boolean> {
  const stamp = join(data, "migrations.stamp");
  return onceFor(stamp, digestOf("migrations", "wrangler.toml"), async () => {
    // One after the other: side by side they now and then find one another's files locked.
    for (const database of databases) await apply(database, data);
  });
}

async function apply(database: string, data: string): Promise<void> {
  const args = ["d1", "migrations", "apply", database, "--local", "--persist-to", data];
  const { code, output } = await runWrangler(args, quietEnvironment(data));
  if (code !== 0)
    throw new PlainError(`The migrations of ${database} could not be applied:\n${output}`);
}
