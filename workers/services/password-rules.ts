import { bloomHas } from "../../schema/bloom.ts";
import { breachedPasswordsFilter } from "./breached-passwords.ts";

/** What is left of a password without the words that are known about its owner must still be this long. */
const REMAINDER_CHARACTERS = 6;
const WORD_CHARACTERS = 3;

let filter: Uint8Array | null = null;

/**
 * Whether a password is one of those that are guessed first: frequent ones, and ones that are made of the names that
 * everyone knows here. Nothing else is asked of a password but its length.
 */
export function isGuessable(password: string, words: readonly string[]): boolean {
  const text = password.normalize("NFKC").toLowerCase();
  filter ??= Buffer.from(breachedPasswordsFilter, "base64");
  if (bloomHas(filter, text)) return true;
  const known = words
    .map((word) => word.toLowerCase())
    .filter((word) => word.length >= WORD_CHARACTERS);
  const rest = known
    .toSorted((one, other) => other.length - one.length)
    .reduce((left, word) => left.replaceAll(word, ""), text);
  if (rest.length < text.length && [...rest].length < REMAINDER_CHARACTERS) return true;
  // One character, or two in turn, all the way.
  return new Set(text).size <= 2;
}

/** The words that belong to a deployment and to an account: see docs/security.md. */
export function wordsAbout(
  deployment: string,
  { handle, display_name, mail }: { handle: string; display_name?: string; mail?: string | null },
): string[] {
  const names = [deployment, "quoth", "password", "chat", handle, display_name ?? "", mail ?? ""];
  return names.flatMap((name) => [name, ...name.split(/[\s@._-]+/)]);
}
