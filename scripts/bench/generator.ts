import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { bin, root } from "../local/paths.ts";
import type { Job, Offered, Report } from "./jobs.ts";

/** The load generator's process, asked one job after the other. */
export interface Generator {
  ask(job: Job): Promise<Offered | null>;
  stop(): Promise<void>;
}

export function startGenerator(): Generator {
  const child = spawn(join(bin, "bun"), [join(root, "scripts/bench/load.ts")], {
    cwd: root,
    stdio: ["pipe", "pipe", "inherit"],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ended = once(child, "exit");
  return {
    async ask(job) {
      child.stdin.write(`${JSON.stringify(job)}\n`);
      const { value, done } = await lines.next();
      if (done === true) throw new Error("the load generator ended");
      const report = JSON.parse(value) as Report;
      if (!report.ok) throw new Error(`the load generator: ${report.fault}`);
      return report.offered ?? null;
    },
    async stop() {
      child.stdin.end();
      await ended;
    },
  };
}
