import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { main, PlainError, root } from "./local/paths.ts";

/**
 * Makes workers/services/confusables.ts from Unicode's confusables.txt (UTS #39). Debian has the file in the source
 * package of ICU: `apt-get source icu`, source/data/unidata/confusables.txt.
 *
 * Only what is left of a handle after NFKC, lower case and NFD is kept, and each character is followed to where
 * nothing changes any more: mapped, folded, taken apart, and mapped again. So whoever reads the table maps once.
 */
const IN_HANDLES = /^[\p{L}\p{M}\p{Nd}._-]$/u;
const UNSEEN = /\p{Default_Ignorable_Code_Point}/u;
/** More than any chain in the data; a circle would be a fault in it. */
const ROUNDS = 10;
const LAST_CODE_POINT = 0x10_ff_ff;

type Prototypes = ReadonlyMap<string, string>;

await main(async () => {
  const [, , file] = process.argv;
  if (file === undefined) throw new PlainError("Which file? node scripts/confusables.ts <file>");
  const text = readFileSync(file, "utf8");
  const version = /^# Version: (\S+)$/m.exec(text)?.[1];
  if (version === undefined) throw new PlainError("This is not a confusables.txt.");
  const bySkeleton = Map.groupBy(changedCharacters(prototypesIn(text)), ([, skeleton]) => skeleton);
  const packed = [...bySkeleton].map(
    ([skeleton, entries]) =>
      `${codes(skeleton)}=${codes(entries.map(([character]) => character).join(""))}`,
  );
  const module = `/**
 * Which characters of handles look like others, of Unicode ${version}: confusables.txt of UTS #39,
 * © Unicode, Inc., under https://www.unicode.org/license.txt. Made by scripts/confusables.ts.
 * Code points in base 36: what it looks like, \`=\`, those that look so; a semicolon between groups.
 */
export const confusables =
  "${packed.join(";")}";
`;
  writeFileSync(join(root, "workers/services/confusables.ts"), module);
  console.log(`Unicode ${version}: ${packed.length} groups in ${module.length} characters`);
});

/** `0441 ; 0063 ; MA # …`: one character, and what stands for all that look like it. */
function prototypesIn(text: string): Prototypes {
  const lines = text.matchAll(/^\s*([0-9A-F]+)\s*;\s*([0-9A-F ]+?)\s*;\s*MA\b/gm);
  return new Map(
    [...lines].map(([, source = "", target = ""]) => [
      characterOf(source),
      target.split(" ").map(characterOf).join(""),
    ]),
  );
}

function characterOf(hex: string): string {
  return String.fromCodePoint(Number.parseInt(hex, 16));
}

function codes(text: string): string {
  return [...text].map((character) => (character.codePointAt(0) ?? 0).toString(36)).join(",");
}

function changedCharacters(prototypes: Prototypes): [string, string][] {
  const changed: [string, string][] = [];
  for (let code = 0; code <= LAST_CODE_POINT; code += 1) {
    const character = String.fromCodePoint(code);
    if (!occurs(character)) continue;
    const skeleton = followed(character, prototypes);
    if (skeleton !== character) changed.push([character, skeleton]);
  }
  return changed;
}

function occurs(character: string): boolean {
  return (
    IN_HANDLES.test(character) &&
    !UNSEEN.test(character) &&
    character.normalize("NFKD") === character &&
    character.toLowerCase() === character
  );
}

function followed(character: string, prototypes: Prototypes): string {
  let text = character;
  for (let round = 0; round < ROUNDS; round += 1) {
    const mapped = [...text].map((one) => prototypes.get(one) ?? one).join("");
    // There and back is the fold that the language offers: it makes "ss" of ß, and one sigma of two.
    const folded = [...mapped.normalize("NFD")].map(fold).join("").normalize("NFD");
    if (folded === text) return text;
    text = folded;
  }
  throw new PlainError(`U+${character.codePointAt(0)?.toString(16)} comes to no end.`);
}

function fold(character: string): string {
  return character.toUpperCase().toLowerCase();
}
