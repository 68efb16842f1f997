import assert from "node:assert/strict";
import { test } from "node:test";
import { simulate } from "./simulation/simulate.ts";

/** Other runtimes run fewer: the histories are the same ones, and it is the runtime that is tested there. */
const isNode = !("Bun" in globalThis || "Deno" in globalThis);
const histories = Number(process.env["QUOTH_HISTORIES"] ?? (isNode ? 2_000 : 100));

test("SIM-1 SIM-2 seeded histories with faults keep every promise, and reach the hard cases", async () => {
  const reached = await simulate({ seed: 1, histories });
  for (const [name, count] of Object.entries(reached)) {
    assert.ok(
      count >= histories / 100,
      `${name} was reached ${count} times in ${histories} histories`,
    );
  }
});
