import { globSync } from "node:fs";
import { join } from "node:path";
import { bin, root } from "../local/paths.ts";
import { type Tally, readGates, readJunit, readVitest } from "./reports.ts";

export interface Stage {
  readonly name: string;
  readonly heading: string;
  readonly minutes: number;
  /** The program, and what it is given; null where the stage has nothing to run. */
  command(report: string, more: readonly string[]): readonly string[];
  read(report: string): Tally;
}

const node = join(bin, "node");
const script = (path: string) => join(root, path);

function vitest(name: string, heading: string, minutes: number): Stage {
  return {
    name,
    heading,
    minutes,
    command: (report, more) => [
      ...[node, script("node_modules/vitest/vitest.mjs"), "run", "--project", name],
      ...["--reporter=json", `--outputFile=${report}`, ...more],
    ],
    read: readVitest,
  };
}

/** The engine's tests are files for `node:test`, which three runtimes have. */
function engine(
  name: string,
  runtime: string,
  command: (report: string, files: readonly string[]) => string[],
): Stage {
  return {
    name,
    heading: `The engine on ${runtime}`,
    minutes: 6,
    command: (report, [filter = ""]) => command(report, engineFiles(filter)),
    read: readJunit,
  };
}

function engineFiles(filter: string): string[] {
  const files = globSync("test/engine/**/*.test.ts", { cwd: root }).toSorted();
  return files.filter((file) => file.includes(filter)).map((file) => `./${file}`);
}

/** From the cheapest to the dearest, so that what is simply wrong is said first. */
export const stages: readonly Stage[] = [
  {
    name: "check",
    heading: "Format, lint, types and gates",
    minutes: 3,
    command: (report) => [node, script("scripts/check/check.ts"), "--report", report],
    read: readGates,
  },
  vitest("node", "Pure parts on Node", 4),
  engine("engine-node", "Node", (report, files) => [
    ...[node, "--test", "--test-reporter=junit", `--test-reporter-destination=${report}`],
    ...files,
  ]),
  engine("engine-deno", "Deno", (report, files) => [
    ...[
      join(bin, "deno"),
      "test",
      "--quiet",
      "--allow-all",
      "--no-check",
      "--no-lock",
      `--junit-path=${report}`,
    ],
    ...files,
  ]),
  engine("engine-bun", "Bun", (report, files) => [
    ...[
      join(bin, "bun"),
      "test",
      "--timeout",
      "200000",
      "--reporter=junit",
      `--reporter-outfile=${report}`,
    ],
    ...files,
  ]),
  vitest("workerd", "Actors and the Worker in workerd", 5),
  {
    name: "build",
    heading: "The page and the Worker are built",
    minutes: 2,
    command: (report) => [node, script("scripts/testing/build.ts"), "--report", report],
    read: readGates,
  },
  vitest("server", "The server as `npm start` runs it, over real sockets", 7),
  vitest("browser", "Two people in a real browser", 6),
];

/** Stages by name; `engine` is all that begin with it. */
export function stagesNamed(name: string): readonly Stage[] {
  return stages.filter((stage) => stage.name === name || stage.name.startsWith(`${name}-`));
}
