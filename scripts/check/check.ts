import { writeFileSync } from "node:fs";
import { main } from "../local/paths.ts";
import { contract } from "./contract.ts";
import { cycles } from "./cycles.ts";
import { type Finding, type SourceFile, readRepository } from "./files.ts";
import { imports } from "./imports.ts";
import { lockfile } from "./lockfile.ts";
import { migrationsGate, recordNewMigrations, renewRecordedWire, wireGate } from "./recorded.ts";
import { sizes } from "./sizes.ts";
import { spec } from "./spec.ts";
import { sql } from "./sql.ts";
import { timers } from "./timers.ts";
import { runTool, tools } from "./tools.ts";
import { whole } from "./whole.ts";
import { words } from "./words.ts";

type Run = (files: readonly SourceFile[]) => Finding[] | Promise<Finding[]>;

const gates: readonly (readonly [name: string, run: Run])[] = [
  ["imports", imports],
  ["cycles", cycles],
  ["sizes", sizes],
  ["sql", sql],
  ["spec", spec],
  ["wire", wireGate],
  ["migrations", migrationsGate],
  ["words", words],
  ["whole tests", whole],
  ["timers", timers],
  ["lockfile", lockfile],
  ["contract", contract],
];

interface Result {
  readonly name: string;
  /** What has to change, one a line; empty where the gate is passed. */
  readonly faults: readonly string[];
  readonly warnings: readonly string[];
}

const shown = ({ path, line, text }: Finding) =>
  `${path}${line === undefined ? "" : `:${line}`}: ${text}`;

async function runGate(name: string, run: Run, files: readonly SourceFile[]): Promise<Result> {
  try {
    const findings = await run(files);
    const faults = findings.filter(({ warning }) => warning !== true).map(shown);
    return {
      name,
      faults,
      warnings: findings.filter(({ warning }) => warning === true).map(shown),
    };
  } catch (error) {
    return {
      name,
      faults: [`could not look: ${error instanceof Error ? error.message : String(error)}`],
      warnings: [],
    };
  }
}

/** Two at a time: the tools use more than one core themselves. */
async function runTools(): Promise<Result[]> {
  const results: Result[] = [];
  const waiting = [...tools.entries()];
  const work = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [at, tool] = next;
      const fault = await runTool(tool);
      results[at] = {
        name: tool.name,
        faults: fault === null ? [] : fault.split("\n"),
        warnings: [],
      };
    }
  };
  await Promise.all([work(), work()]);
  return results;
}

function print({ name, faults, warnings }: Result): void {
  console.log(`${faults.length === 0 ? "ok    " : "FAILED"}  ${name}`);
  for (const warning of warnings) console.log(`        (${warning})`);
  for (const fault of faults) console.log(`        ${fault}`);
}

await main(async () => {
  const args = process.argv.slice(2);
  if (args.includes("--renew-wire")) await renewRecordedWire();
  if (args.includes("--record-migrations")) await recordNewMigrations(readRepository());

  const files = readRepository();
  const own = await Promise.all(gates.map(([name, run]) => runGate(name, run, files)));
  const results = [...(await runTools()), ...own];
  results.forEach(print);

  const failed = results.filter(({ faults }) => faults.length > 0).length;
  const report = args[args.indexOf("--report") + 1];
  if (args.includes("--report") && report !== undefined)
    writeFileSync(report, JSON.stringify(results));
  else console.log(`\n${results.length - failed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
});
