import {
  type Finding,
  type Gate,
  type SourceFile,
  isGenerated,
  isScript,
  isTest,
  lineOf,
} from "./files.ts";
import { type Node, nodesOf } from "./syntax.ts";

const COMFORT_LINES = 250;
const MOST_LINES = 400;
const CLASS_LINES = 200;
const FUNCTION_LINES = 50;

const counted = /\.(ts|tsx|mts|js|mjs|css|html|sql)$/;
const actorClass = /^durable\/([^/]+)\/\1\.ts$/;

/** A file has one job, and a function fits on a screen: style.md §22. An actor's class is a shell. */
export const sizes: Gate = (files) =>
  files.filter(({ path }) => !isGenerated(path)).flatMap(faultsOf);

function faultsOf(file: SourceFile): Finding[] {
  if (!counted.test(file.path)) return [];
  const { path, text } = file;
  const lines = text.replace(/\n$/, "").split("\n").length;
  const most = actorClass.test(path) ? CLASS_LINES : MOST_LINES;
  const long = isScript(path) && !isTest(path) ? longFunctions(file) : [];
  if (lines > most) return [{ path, text: `has ${lines} lines, and may have ${most}` }, ...long];
  if (lines <= COMFORT_LINES) return long;
  return [{ path, text: `has ${lines} lines: more than ${COMFORT_LINES}`, warning: true }, ...long];
}

const isFunction = ({ type }: Node) =>
  /^(FunctionDeclaration|FunctionExpression|ArrowFunctionExpression)$/.test(type);

/** A function that only holds others, as a module or a class does, is as long as what is its own. */
function longFunctions(file: SourceFile): Finding[] {
  const functions = nodesOf(file).filter(isFunction);
  const lines = (node: Node) => lineOf(file.text, node.end) - lineOf(file.text, node.start) + 1;
  return functions.flatMap((node) => {
    const within = functions.filter(
      (one) => one !== node && one.start >= node.start && one.end <= node.end,
    );
    const direct = within.filter(
      (one) => !within.some((two) => two !== one && two.start <= one.start && two.end >= one.end),
    );
    const own = lines(node) - direct.reduce((sum, one) => sum + lines(one), 0);
    const line = lineOf(file.text, node.start);
    return own > FUNCTION_LINES
      ? [{ path: file.path, line, text: `a function has ${own} lines of its own` }]
      : [];
  });
}
