import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { writeContract } from "./contract.ts";
import { bin, main, root } from "./local/paths.ts";

/** Every file in the one style, and what is written from the schema, as the schema is. */
await main(async () => {
  const args = process.argv.slice(2);
  const done = spawnSync(join(bin, "oxfmt"), args, { cwd: root, stdio: "inherit" });
  process.exitCode = done.status ?? 1;
  if (args.length === 0) writeContract();
});
