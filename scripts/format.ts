import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { bin, root } from "./local/paths.ts";

const done = spawnSync(join(bin, "oxfmt"), process.argv.slice(2), { cwd: root, stdio: "inherit" });
process.exitCode = done.status ?? 1;
