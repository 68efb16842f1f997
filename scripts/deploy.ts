import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { databases } from "./local/databases.ts";
import { buildPage } from "./local/page.ts";
import { PlainError, dataFolder, main, root } from "./local/paths.ts";
import { quietEnvironment, runWrangler, wranglerScript } from "./local/wrangler.ts";
import { secretNames } from "./secrets.ts";

const environment = () => ({ ...quietEnvironment(dataFolder()), WRANGLER_WRITE_LOGS: "true" });

/** Bindings whose id in wrangler.toml is one of the made-up ones that only the local server accepts. */
export function placeholderBindings(toml: string): string[] {
  return toml
    .split(/^(?=\[)/m)
    .filter((block) => /^\s*(database_)?id\s*=\s*"0{8}-?0{4}-?0{4}-?0{4}-?0{6}/m.test(block))
    .map((block) => /^\s*binding\s*=\s*"([^"]+)"/m.exec(block)?.[1] ?? "(a block without binding)");
}

function refusePlaceholders(): void {
  const bindings = placeholderBindings(readFileSync(join(root, "wrangler.toml"), "utf8"));
  if (bindings.length === 0) return;
  throw new PlainError(
    `wrangler.toml still has the local ids of ${bindings.join(", ")}: ` +
      "create them with `npx wrangler d1 create <name>` and write their ids there.",
  );
}

async function refuseStranger(): Promise<void> {
  const { code, output } = await runWrangler(["whoami"], environment());
  if (code === 0 && !/not authenticated/i.test(output)) return;
  throw new PlainError(
    "You are not signed in to Cloudflare, or it cannot be reached: `npx wrangler login`, then again.",
  );
}

async function refuseWithoutSecrets(): Promise<void> {
  const { code, output } = await runWrangler(["secret", "list", "--format", "json"], environment());
  // A Worker that was never deployed has no list; the deployment itself asks for what is missing then.
  if (code !== 0) return;
  const missing = secretNames.filter((name) => !output.includes(`"${name}"`));
  if (missing.length === 0) return;
  throw new PlainError(`The deployment has no ${missing.join(" and ")} yet: see docs/deploy.md.`);
}

function step(title: string, args: readonly string[]): void {
  console.log(title);
  const done = spawnSync(process.execPath, args, {
    cwd: root,
    env: environment(),
    stdio: "inherit",
  });
  if (done.status !== 0)
    throw new PlainError(
      `${title.replace(/\.$/, "")}: that did not work. Nothing after it was done.`,
    );
}

async function deploy(): Promise<void> {
  refusePlaceholders();
  await refuseStranger();
  await refuseWithoutSecrets();
  step("Checking.", [join(root, "scripts/check/check.ts")]);
  console.log("Building the page.");
  await buildPage();
  for (const database of databases) {
    step(`Migrating ${database}.`, [
      wranglerScript,
      "d1",
      "migrations",
      "apply",
      database,
      "--remote",
    ]);
  }
  step("Deploying.", [wranglerScript, "deploy"]);
}

if (import.meta.main) await main(deploy);
