import { writeFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { join, relative } from "node:path";
import { parseArgs } from "node:util";
import { main, PlainError, root } from "../local/paths.ts";
import type { Scenario } from "./jobs.ts";
import { subjects } from "./jobs.ts";
import type { Measurement, Plan } from "./measure.ts";
import { measure, scenarios } from "./measure.ts";
import { buildWorker, results } from "./server.ts";
import { summarise, tableOf } from "./table.ts";

/**
 * `npm run bench`: what the room costs over the least that a room can be. Method and figures: docs/bench.md.
 *
 *   --quick         one step of about a second for each, to see that it works
 *   --rounds 5      how often everything is measured; the table has the medians
 *   --scenario A    one of them
 *   --out FILE      where the figures go as JSON
 */
const QUICK: Plan = { step_seconds: 1, search: null };
const FULL: Plan = { step_seconds: 3, search: { refinements: 2, steps_max: 8 } };

const options = {
  quick: { type: "boolean", default: false },
  rounds: { type: "string" },
  scenario: { type: "string" },
  out: { type: "string" },
} as const;

function chosen(name: string | undefined): readonly Scenario[] {
  const found = scenarios.filter((scenario) => name === undefined || scenario.name === name);
  if (found.length > 0) return found;
  throw new PlainError(
    `There is no scenario "${name}". There are: ${scenarios.map((one) => one.name).join(", ")}.`,
  );
}

async function measureAll(
  asked: readonly Scenario[],
  rounds: number,
  plan: Plan,
): Promise<Measurement[]> {
  const all: Measurement[] = [];
  for (let round = 0; round < rounds; round += 1) {
    for (const scenario of asked) {
      // Side by side in time, and each of them first in turn: a machine's slow minute is nobody's in particular.
      const order = [
        ...subjects.slice(round % subjects.length),
        ...subjects.slice(0, round % subjects.length),
      ];
      for (const subject of order) {
        console.error(
          `round ${round + 1} of ${rounds}, ${scenario.name}: ${scenario.title}, ${subject}`,
        );
        all.push(await measure({ scenario, subject, round }, plan));
      }
    }
  }
  return all;
}

await main(async () => {
  const { values } = parseArgs({ options, args: process.argv.slice(2) });
  const asked = chosen(values.scenario);
  const rounds = Number(values.rounds ?? (values.quick ? 1 : 3));
  await buildWorker();
  const began = new Date();
  const measurements = await measureAll(asked, rounds, values.quick ? QUICK : FULL);
  const summary = summarise(measurements, asked);
  const [cpu] = cpus();
  const machine = { cpu: cpu?.model ?? "unknown", cores: cpus().length, memory_bytes: totalmem() };
  const out = values.out ?? join(results, `${began.toISOString().replaceAll(/[:.]/g, "-")}.json`);
  writeFileSync(
    out,
    `${JSON.stringify({ at: began.toISOString(), machine, summary, measurements }, null, 2)}\n`,
  );
  console.log(`\n${tableOf(summary, asked)}\n\nAll figures: ${relative(root, out)}`);
  // The channel to scripts/setup.mjs would keep this process.
  process.disconnect?.();
});
