import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildPage } from "../local/page.ts";
import { dataFolder, root } from "../local/paths.ts";
import { quietEnvironment, runWrangler } from "../local/wrangler.ts";

/** Builds what a deployment would be made of, and reports it as gates do. */
async function page(): Promise<string[]> {
  try {
    await buildPage();
    return [];
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
}

async function worker(): Promise<string[]> {
  const args = ["deploy", "--dry-run", "--outdir", join(root, "dist/worker")];
  const { code, output } = await runWrangler(args, quietEnvironment(dataFolder()));
  return code === 0 ? [] : [output];
}

const results = [
  { name: "the page", faults: await page() },
  { name: "the Worker", faults: await worker() },
];
const report = process.argv[process.argv.indexOf("--report") + 1];
if (report !== undefined) writeFileSync(report, JSON.stringify(results));
