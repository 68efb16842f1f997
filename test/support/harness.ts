import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { TestHarness, WorkerHandle } from "wrangler";
import { createTestHarness } from "wrangler";
import { quietEnvironment } from "../../scripts/local/wrangler.ts";
import type { Bindings } from "../../workers/env.ts";
import type { TestKeys } from "./keys.ts";
import { makeKeys, secretsOf } from "./keys.ts";

/**
 * The real Worker on a real port: its own bundle in workerd, with actors, D1, R2 and queues in memory.
 * One harness a test file; it takes a few seconds to start.
 */
export interface Server {
  /** Where the Worker listens, without a slash at the end. */
  readonly origin: string;
  readonly keys: TestKeys;
  readonly worker: WorkerHandle<Bindings>;
  readonly harness: TestHarness;
  env(): Promise<Bindings>;
  close(): Promise<void>;
}

/** An origin that the test deployment lists in CORS_ORIGINS. */
export const LISTED_ORIGIN = "https://partner.example.org";
export const FOREIGN_ORIGIN = "https://evil.example.org";

const root = dirname(dirname(import.meta.dirname));

export async function startServer(
  settings: { migrate?: boolean; keys?: TestKeys; vars?: Record<string, string> } = {},
): Promise<Server> {
  const { migrate = true, keys = makeKeys(), vars = {} } = settings;
  const folder = mkdtempSync(join(tmpdir(), "quoth-test-"));
  Object.assign(process.env, quietEnvironment(folder));
  const harness = createTestHarness({
    root,
    workers: [
      {
        configPath: writeConfig(folder),
        vars: {
          CORS_ORIGINS: LISTED_ORIGIN,
          LOG_LEVEL: "debug",
          // No mail leaves a test: what would is in a table.
          MAIL_DELIVERY: "outbox",
          // A room more in every inbox: for the tests that are about it.
          WELCOME: "off",
          ...vars,
        },
        secrets: secretsOf(keys),
      },
    ],
  });
  const { url } = await harness.listen();
  const worker = harness.getWorker<Bindings>();
  if (migrate) {
    for (const database of ["DIRECTORY", "HISTORY_0", "HISTORY_1"] as const)
      await worker.applyD1Migrations(database);
  }
  const close = async () => {
    await harness.close();
    rmSync(folder, { recursive: true, force: true });
  };
  return { origin: url.origin, keys, worker, harness, env: () => worker.getEnv(), close };
}

/**
 * The deployment's own configuration but for its assets: tests of the Worker do not wait for the page to be built.
 * It lies in another folder, so that a developer's .dev.vars stay out of it, and its paths are made absolute.
 */
function writeConfig(folder: string): string {
  const text = readFileSync(join(root, "wrangler.toml"), "utf8")
    .replace('"./dist/web"', JSON.stringify(join(import.meta.dirname, "assets")))
    .replace('"workers/main.ts"', JSON.stringify(join(root, "workers/main.ts")))
    .replaceAll(/"(migrations\/\w+)"/g, (_, path: string) => JSON.stringify(join(root, path)));
  const file = join(folder, "wrangler.toml");
  writeFileSync(file, text);
  return file;
}
