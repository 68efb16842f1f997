import { execFile } from "node:child_process";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { root } from "./paths.ts";

/** The program itself: the `wrangler` on the path is a process more, which waits for this one. */
export const wranglerScript = join(root, "node_modules/wrangler/wrangler-dist/cli.js");

/** wrangler without telemetry, banner, update check, look-ups on the network and traces of every request. */
export function quietEnvironment(data: string): NodeJS.ProcessEnv {
  return {
    ...process.env,
    CLOUDFLARE_CF_FETCH_ENABLED: "false",
    WRANGLER_HIDE_BANNER: "true",
    WRANGLER_LOG_PATH: join(data, "logs"),
    // Shared by all projects of a user by default, and a killed server leaves its entry there.
    WRANGLER_REGISTRY_PATH: join(data, "registry"),
    WRANGLER_SEND_ERROR_REPORTS: "false",
    WRANGLER_SEND_METRICS: "false",
    WRANGLER_WRITE_LOGS: "false",
    X_LOCAL_EXPLORER: "false",
    X_LOCAL_OBSERVABILITY: "false",
  };
}

export interface Done {
  readonly code: number;
  readonly output: string;
}

/** Runs one wrangler command to its end, without a terminal, and gathers what it says. */
export function runWrangler(args: readonly string[], env: NodeJS.ProcessEnv): Promise<Done> {
  return new Promise((resolve) => {
    const options = { cwd: root, env, maxBuffer: 16 * 1024 * 1024 };
    const child = execFile(
      process.execPath,
      ["--no-warnings", wranglerScript, ...args],
      options,
      (error, out, err) => {
        const code = error === null ? 0 : typeof error.code === "number" ? error.code : 1;
        resolve({ code, output: stripVTControlCharacters(`${out}${err}`).trim() });
      },
    );
    child.stdin?.end();
  });
}
