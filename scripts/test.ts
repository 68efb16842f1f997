import { PlainError, main } from "./local/paths.ts";
import type { Failure } from "./testing/reports.ts";
import { type Outcome, killStages, runStage } from "./testing/run.ts";
import { inSteps, stages, stagesNamed } from "./testing/stages.ts";

const MOST_LINES = 40;

function printFailure({ title, text }: Failure): void {
  const lines = text.split("\n");
  console.log(`    ✗ ${title}`);
  for (const line of lines.slice(0, MOST_LINES)) console.log(`      ${line}`);
  if (lines.length > MOST_LINES) console.log(`      … and ${lines.length - MOST_LINES} lines more`);
}

function print({ passed, failures, elapsed_ms }: Outcome): void {
  const seconds = (elapsed_ms / 1000).toFixed(1);
  console.log(
    `  ${passed} passed${failures.length === 0 ? "" : `, ${failures.length} failed`}, ${seconds} s`,
  );
  failures.forEach(printFailure);
}

function chosen(name: string | undefined): typeof stages {
  if (name === undefined) return stages;
  const found = stagesNamed(name);
  if (found.length > 0) return found;
  throw new PlainError(
    `There is no stage "${name}". There are: ${stages.map((stage) => stage.name).join(", ")}.`,
  );
}

/** `npm test`, or `npm test -- <stage> [what to give to its runner]`. The last line is the result. */
await main(async () => {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP", "disconnect"] as const) {
    process.on(signal, () => {
      killStages();
      process.exit(1);
    });
  }
  // Listening to that channel would keep this process.
  process.channel?.unref();
  const [name, ...more] = process.argv.slice(2);
  let passed = 0;
  let failed = 0;
  for (const step of inSteps(chosen(name))) {
    for (const { heading } of step) console.log(`\n${heading}`);
    for (const outcome of await Promise.all(step.map((stage) => runStage(stage, more)))) {
      if (step.length > 1) console.log(`\n  ${outcome.stage.name}`);
      print(outcome);
      passed += outcome.passed;
      failed += outcome.failures.length;
    }
  }
  console.log(`\n${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
});
