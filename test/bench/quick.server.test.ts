import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, expect, test } from "vitest";
import { subjects } from "../../scripts/bench/jobs.ts";
import type { Measurement } from "../../scripts/bench/measure.ts";
import { scenarios } from "../../scripts/bench/measure.ts";

const root = dirname(dirname(import.meta.dirname));
const folder = mkdtempSync(join(tmpdir(), "quoth-bench-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A bench is no test of speed: here it counts that it works, and that what it counts is all there. */
test("npm run bench measures every subject in every scenario, and everything that was sent arrived everywhere", async () => {
  const out = join(folder, "figures.json");
  const args = [
    "--disable-warning=ExperimentalWarning",
    "scripts/bench/bench.ts",
    "--quick",
    "--out",
    out,
  ];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: root });
  const { measurements } = JSON.parse(readFileSync(out, "utf8")) as { measurements: Measurement[] };

  for (const { name, sockets, title } of scenarios) {
    expect(stdout).toContain(title);
    for (const subject of subjects) {
      const found = measurements.filter((one) => one.scenario === name && one.subject === subject);
      expect(found, `${name}, ${subject}`).toHaveLength(1);
      const [step] = found[0]?.steps ?? [];
      expect(step).toMatchObject({ delivered: (step?.sent ?? 0) * sockets, gaps: 0, refused: 0 });
      for (const figure of [
        step?.sent,
        step?.p50_ms,
        step?.p99_ms,
        step?.flush_size,
        step?.event_bytes,
      ]) {
        expect(figure, `${name}, ${subject}`).toBeGreaterThan(0);
      }
    }
  }
});
