import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "../..");
const read = (path: string) => readFileSync(join(root, path), "utf8");

/** Every requirement of levels 1 and 2 in chapters V6 to V9 of ASVS 5.0. */
const requirements = [
  ...["6.1.1", "6.1.2", "6.1.3"],
  ...Array.from({ length: 12 }, (_, at) => `6.2.${at + 1}`),
  ...["6.3.1", "6.3.2", "6.3.3", "6.3.4", "6.4.1", "6.4.2", "6.4.3", "6.4.4"],
  ...["6.5.1", "6.5.2", "6.5.3", "6.5.4", "6.5.5", "6.6.1", "6.6.2", "6.6.3"],
  ...["6.8.1", "6.8.2", "6.8.3", "6.8.4"],
  ...["7.1.1", "7.1.2", "7.1.3", "7.2.1", "7.2.2", "7.2.3", "7.2.4", "7.3.1", "7.3.2"],
  ...["7.4.1", "7.4.2", "7.4.3", "7.4.4", "7.4.5", "7.5.1", "7.5.2", "7.6.1", "7.6.2"],
  ...["8.1.1", "8.1.2", "8.2.1", "8.2.2", "8.2.3", "8.3.1", "8.4.1"],
  ...["9.1.1", "9.1.2", "9.1.3", "9.2.1", "9.2.2", "9.2.3", "9.2.4"],
];

interface Row {
  id: string;
  level: string;
  holds: string;
  shown: string;
}

function rows(): Row[] {
  const table = read("docs/security.md").split("## ASVS 5.0, V6 to V9")[1] ?? "";
  return [...table.matchAll(/^\| (\d+\.\d+\.\d+) \| ([123]) \| (\w+) \| .* \| (.*) \|$/gm)].map(
    ([, id = "", level = "", holds = "", shown = ""]) => ({ id, level, holds, shown }),
  );
}

test("GATE-13 the table of docs/security.md has every requirement of levels 1 and 2 once, in order", () => {
  const required = rows().filter(({ level }) => level !== "3");
  expect(required.map(({ id }) => id)).toEqual(requirements);
});

test("GATE-13 what holds is shown by rules that exist or said in the document; what does not says why", () => {
  const rules = new Set(
    [...read("schema/SPEC.md").matchAll(/\*\*([A-Z]+-\d+)\*\*/g)].map(([, id]) => id),
  );
  for (const { id, holds, shown } of rows()) {
    expect(["yes", "no", "partly", "none"], id).toContain(holds);
    const named = [...shown.matchAll(/[A-Z]{2,}-\d+/g)].map(([rule]) => rule);
    for (const rule of named) expect(rules, `${id} names ${rule}`).toContain(rule);
    if (holds === "yes") expect(named.length > 0 || shown.startsWith("above"), id).toBe(true);
    else expect(shown.length, id).toBeGreaterThan(20);
  }
});
