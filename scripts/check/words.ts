import { type Finding, type Gate, type SourceFile, isGenerated, lineOf } from "./files.ts";

const vague = /^(utils?|helpers?|common|managers?)$/;
const code = /\.(ts|tsx|mts|js|mjs|css|html|sql|toml)$/;
// In two parts: this file is looked at too.
const promise = new RegExp(
  `\\b(${["TO", "FIX"].map((start, at) => start + ["DO", "ME"][at]).join("|")})\\b`,
  "g",
);

/** No name that says nothing, and no promise of later work in the code: that is what issues are for. */
export const words: Gate = (files) =>
  files.filter(({ path }) => !isGenerated(path)).flatMap(faultsOf);

function faultsOf({ path, text }: SourceFile): Finding[] {
  const names = path.split(/[/.-]/).filter((part) => vague.test(part));
  const promises = code.test(path) ? [...text.matchAll(promise)] : [];
  return [
    ...names.map((name) => ({
      path,
      text: `is named "${name}", which says nothing of what it does`,
    })),
    ...promises.map(({ 0: word, index }) => ({
      path,
      line: lineOf(text, index),
      text: `${word}: open an issue instead`,
    })),
  ];
}
