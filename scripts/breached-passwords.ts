import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { bloomOf } from "../schema/bloom.ts";
import { limits } from "../schema/limits.ts";
import { frequentPasswords } from "./frequent-passwords.ts";
import { main, root } from "./local/paths.ts";

/** Makes workers/services/breached-passwords.ts. A test makes the filter again and compares. */
const KEPT = 40_000;
const BITS_EACH = 20;

await main(async () => {
  const texts = frequentPasswords(KEPT);
  const filter = Buffer.from(bloomOf(texts, BITS_EACH)).toString("base64");
  const text = `/**
 * The ${texts.length} most frequent passwords of ${limits.password_characters_min} characters and more in public breaches, as a Bloom filter in base64.
 * Made by scripts/breached-passwords.ts, which says from what.
 */
export const breachedPasswordsFilter =
  "${filter}";
`;
  writeFileSync(join(root, "workers/services/breached-passwords.ts"), text);
  console.log(`${texts.length} passwords in ${filter.length} characters`);
});
