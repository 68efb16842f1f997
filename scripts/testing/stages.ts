import { globSync } from "node:fs";
import { join } from "node:path";
import { bin, root } from "../local/paths.ts";
import { type Tally, readGates, readJunit, readVitest } from "./reports.ts";

export interface Stage {
  readonly name: string;
  readonly heading: string;
  readonly minutes: number;
  /** Stages of one word that follow each other run side by side: a machine has more than one core. */
  readonly together?: string;
  /** The program, and what it is given; null where the stage has nothing to run. */
  command(report: string, more: readonly string[]): readonly string[];
  read(report: string): Tally;
}

const node = join(bin, "node");
const script = (path: string) => join(root, path);

interface VitestStage {
  readonly name: string;
  readonly heading: string;
  readonly minutes: number;
  readonly together?: string;
}

function vitest({ name, ...stage }: VitestStage): Stage {
  return {
    name,
    ...stage,
    command: (report, more) => [
      ...[node, script("node_modules/vitest/vitest.mjs"), "run", "--project", name],
      // The report has no place for what fails outside of every test; the default reporter's last lines say it.
      ...["--reporter=default", "--reporter=json", `--outputFile.json=${report}`, ...more],
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
    minutes: 10,
    together: "engine",
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
  vitest({ name: "node", heading: "Pure parts on Node", minutes: 4 }),
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
      "500000",
      "--reporter=junit",
      `--reporter-outfile=${report}`,
    ],
    ...files,
  ]),
  vitest({ name: "workerd", heading: "Actors and the Worker in workerd", minutes: 5 }),
  {
    name: "build",
    heading: "The page and the Worker are built",
    minutes: 2,
    command: (report) => [node, script("scripts/testing/build.ts"), "--report", report],
    read: readGates,
  },
  vitest({
    name: "server",
    heading: "The server as `npm start` runs it, over real sockets",
    minutes: 9,
    together: "server",
  }),
  vitest({
    name: "process",
    heading: "The server of `npm start`, killed, and the bench",
    minutes: 9,
    together: "server",
  }),
  vitest({ name: "browser", heading: "People in a real browser", minutes: 7 }),
];

/** In their order, those that run side by side in one list. */
export function inSteps(chosen: readonly Stage[]): readonly (readonly Stage[])[] {
  const steps: Stage[][] = [];
  for (const stage of chosen) {
    const last = steps.at(-1);
    if (stage.together !== undefined && last?.[0]?.together === stage.together) last.push(stage);
    else steps.push([stage]);
  }
  return steps;
}

/** Stages by name; `engine` is all that begin with it. */
export function stagesNamed(name: string): readonly Stage[] {
  return stages.filter((stage) => stage.name === name || stage.name.startsWith(`${name}-`));
}
