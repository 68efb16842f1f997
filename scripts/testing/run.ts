import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { root } from "../local/paths.ts";
import { type Ending, type Tally, tally } from "./reports.ts";
import type { Stage } from "./stages.ts";

const TAIL_LINES = 60;

export interface Outcome extends Tally {
  readonly stage: Stage;
  readonly elapsed_ms: number;
}

/** Runs one stage to its end or its limit. Whatever it leaves running ends with it. */
export async function runStage(stage: Stage, more: readonly string[]): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), "quoth-test-"));
  const file = join(folder, "report");
  const began = Date.now();
  try {
    const ending = await end(stage.command(file, more), stage.minutes * 60_000);
    const report = existsSync(file) ? read(stage, readFileSync(file, "utf8")) : null;
    return { stage, elapsed_ms: Date.now() - began, ...tally(report, ending) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function read(stage: Stage, report: string): Tally | null {
  try {
    return stage.read(report);
  } catch {
    // Cut off in the middle: the same as none.
    return null;
  }
}

const groups = new Set<number>();

/** For a Ctrl-C: a stage has a process group of its own, which the terminal does not reach. */
export function killStages(): void {
  for (const group of groups) kill(group);
}

function end([program = "", ...args]: readonly string[], limit_ms: number): Promise<Ending> {
  return new Promise((resolve) => {
    const env = { ...process.env, NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1", DO_NOT_TRACK: "1" };
    const child = spawn(program, args, {
      cwd: root,
      env,
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
    });
    const { pid } = child;
    if (pid !== undefined) groups.add(pid);
    let tail = "";
    const keep = (chunk: Buffer) => {
      tail = (tail + stripVTControlCharacters(chunk.toString()))
        .split("\n")
        .slice(-TAIL_LINES)
        .join("\n");
    };
    child.stdout.on("data", keep);
    child.stderr.on("data", keep);
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      if (pid !== undefined) kill(pid);
    }, limit_ms);
    const finish = (code: number | null) => {
      clearTimeout(timer);
      if (pid !== undefined) {
        kill(pid);
        groups.delete(pid);
      }
      resolve({ code, timedOut, tail: tail.trim() });
    };
    child.once("error", ({ message }) => {
      tail = message;
      finish(null);
    });
    child.once("exit", finish);
  });
}

function kill(group: number): void {
  try {
    process.kill(-group, "SIGKILL");
  } catch {
    // The group is empty already.
  }
}
