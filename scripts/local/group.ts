import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { root } from "./paths.ts";

const STOP_TIMEOUT_MS = 5_000;

export interface Group {
  /** The group's leader, whose id is that of the group. */
  readonly pid: number;
  /** Resolves when the leader is over, with what there is to say about it. */
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  /** Asks the leader to end, and ends by force whatever is left of the group. */
  stop(): Promise<void>;
  /** Ends every process of the group at once, as a power cut would. */
  kill(): Promise<void>;
}

/**
 * Starts a Node program in a process group of its own: a Ctrl-C in the terminal reaches only us, who then end it in
 * order, and a test can end all of it at once. The group does not outlive this process.
 */
export function startGroup(
  script: string,
  args: readonly string[],
  options: { env: NodeJS.ProcessEnv; onLine: (line: string) => void },
): Group {
  const preload = join(root, "scripts/local/end-with-parent.mjs");
  const child = spawn(process.execPath, ["--no-warnings", "--import", preload, script, ...args], {
    cwd: root,
    env: options.env,
    detached: true,
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  const { pid } = child;
  if (pid === undefined) throw new Error(`${script} could not be started`);
  for (const stream of [child.stdout, child.stderr]) {
    if (stream !== null) createInterface({ input: stream }).on("line", options.onLine);
  }
  const ended = endOf(child);
  const kill = async () => {
    signalGroup(pid, "SIGKILL");
    await ended;
  };
  const stop = async () => {
    child.kill("SIGTERM");
    await Promise.race([ended, sleep(STOP_TIMEOUT_MS, undefined, { ref: false })]);
    await kill();
  };
  return { pid, ended, stop, kill };
}

async function endOf(
  child: ChildProcess,
): Promise<{ code: number | null; signal: NodeJS.Signals | null }> {
  await once(child, "exit");
  return { code: child.exitCode, signal: child.signalCode };
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    // Nobody is left in the group.
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}
