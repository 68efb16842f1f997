/// <reference types="@cloudflare/vitest-plugin/types" />
import { applyD1Migrations, type D1Migration } from "cloudflare:test";
import { env } from "cloudflare:workers";

declare global {
  namespace Cloudflare {
    interface Env {
      TEST_MIGRATIONS: { directory: D1Migration[]; history: D1Migration[] };
    }
  }
}

const { directory, history } = env.TEST_MIGRATIONS;
await applyD1Migrations(env.DIRECTORY, directory);
await applyD1Migrations(env.HISTORY_0, history);
await applyD1Migrations(env.HISTORY_1, history);
