import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { contractPage, PAGE, SUMMARY, withSummary } from "./contract/page.ts";
import { PlainError, root } from "./local/paths.ts";

/** Writes the contract down: `npm run format` does it, and a gate sees whether it was done. */
export function writeContract(): void {
  const readme = join(root, SUMMARY);
  const renewed = withSummary(readFileSync(readme, "utf8"));
  if (renewed === null) throw new PlainError(`${SUMMARY} has no place for the contract.`);
  writeFileSync(join(root, PAGE), contractPage());
  writeFileSync(readme, renewed);
}
