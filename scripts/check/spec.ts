import { type Finding, type Gate, type SourceFile, isScript, isTest, lineOf } from "./files.ts";
import { isNode, nodesOf, stringOf } from "./syntax.ts";

const rule = /^- \*\*([A-Z][A-Z0-9]*-\d+)\*\*/gm;
/** `LOG-1 …`, or more of them: `LOG-1 LOG-2: …`. */
const title = /^((?:[A-Z][A-Z0-9]*-\d+[,:]?\s+)+)/;
const groups = new Set(["describe", "suite"]);

interface Place {
  readonly id: string;
  readonly path: string;
  readonly line: number;
}

/** Every numbered rule has a test whose title begins with its id, and no test claims a rule that is not there. */
export const spec: Gate = (files) => {
  const rules = files.filter(({ path }) => isSpec(path)).flatMap(rulesOf);
  const proofs = files.filter(({ path }) => isTest(path) && isScript(path)).flatMap(proofsOf);
  return [
    ...missing(rules, proofs, (id) => `${id} has no test whose title begins with it`),
    ...missing(
      proofs,
      rules,
      (id) => `${id} is the title of a test, and no rule in schema/SPEC.md`,
    ),
    ...rules
      .filter(({ id }, index) => rules.findIndex((other) => other.id === id) !== index)
      .map(({ id, path, line }) => ({ path, line, text: `${id} is given twice` })),
  ];
};

const isSpec = (path: string) =>
  path === "schema/SPEC.md" || /^schema\/spec-parts\/[^/]+\.md$/.test(path);

function rulesOf({ path, text }: SourceFile): Place[] {
  return [...text.matchAll(rule)].map((match) => ({
    id: match[1] ?? "",
    path,
    line: lineOf(text, match.index),
  }));
}

/** Any call whose first argument is such a title: `test(…)`, and what a suite makes of it. */
function proofsOf(file: SourceFile): Place[] {
  return nodesOf(file).flatMap((node) => {
    if (node.type !== "CallExpression" || !Array.isArray(node.arguments)) return [];
    if (isNode(node.callee) && typeof node.callee.name === "string" && groups.has(node.callee.name))
      return [];
    const ids = title.exec(`${stringOf(node.arguments[0]) ?? ""} `)?.[1];
    const line = lineOf(file.text, node.start);
    return (ids?.match(/[A-Z][A-Z0-9]*-\d+/g) ?? []).map((id) => ({ id, path: file.path, line }));
  });
}

function missing(
  places: readonly Place[],
  others: readonly Place[],
  text: (id: string) => string,
): Finding[] {
  const known = new Set(others.map(({ id }) => id));
  return places
    .filter(({ id }) => !known.has(id))
    .map(({ id, path, line }) => ({ path, line, text: text(id) }));
}
