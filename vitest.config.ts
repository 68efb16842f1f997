import { mkdirSync } from "node:fs";
import { cloudflareTest, readD1Migrations } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";
import { makeSecrets } from "./scripts/secrets.ts";

// wrangler.toml names the folder of the built page, which tests of actors do not need.
mkdirSync("dist/web", { recursive: true });

const SECOND = 1000;
const inSequence = { fileParallelism: false, maxWorkers: 1 };

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "node",
          include: ["test/**/*.test.ts"],
          exclude: ["test/engine/**", "test/**/*.workerd.test.ts", "test/**/*.server.test.ts"],
          testTimeout: 20 * SECOND,
        },
      },
      {
        plugins: [
          cloudflareTest(async () => {
            const { RECEIPT_KEYS, TOKEN_KEYS } = await makeSecrets();
            return {
              wrangler: { configPath: "./wrangler.toml" },
              miniflare: {
                bindings: {
                  LOG_LEVEL: "error",
                  RECEIPT_KEYS: JSON.stringify(RECEIPT_KEYS),
                  TOKEN_KEYS: JSON.stringify(TOKEN_KEYS),
                  TEST_MIGRATIONS: {
                    directory: await readD1Migrations("migrations/directory"),
                    history: await readD1Migrations("migrations/history"),
                  },
                },
              },
            };
          }),
        ],
        test: {
          name: "workerd",
          include: ["test/**/*.workerd.test.ts"],
          setupFiles: ["test/support/workerd-setup.ts"],
          testTimeout: 30 * SECOND,
        },
      },
      {
        test: {
          name: "server",
          include: ["test/workers/*.server.test.ts"],
          testTimeout: 180 * SECOND,
          hookTimeout: 120 * SECOND,
          // Much of their time is waiting for a server to start.
          maxWorkers: 3,
        },
      },
      {
        test: {
          name: "process",
          include: ["test/{process,bench}/*.server.test.ts"],
          testTimeout: 240 * SECOND,
          hookTimeout: 120 * SECOND,
          ...inSequence,
        },
      },
      {
        test: {
          name: "browser",
          include: ["test/e2e/*.e2e.ts"],
          // The first run may have to install a browser.
          globalSetup: ["test/support/browser.ts"],
          testTimeout: 120 * SECOND,
          hookTimeout: 240 * SECOND,
          maxWorkers: 2,
        },
      },
    ],
  },
});
