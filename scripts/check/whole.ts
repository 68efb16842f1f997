import { type Gate, isScript, isTest, lineOf } from "./files.ts";
import { type Node, isNode, nodesOf } from "./syntax.ts";

const runners = new Set([
  "test",
  "it",
  "describe",
  "suite",
  "bench",
  "Deno",
  "t",
  "context",
  "ctx",
  "task",
]);
const marks = new Set(["skip", "only", "todo", "skipIf", "runIf", "fails"]);
const marked = new Set(["xit", "xtest", "xdescribe", "fit", "fdescribe"]);

/** `npm test` runs every test: none is skipped, none runs alone. */
export const whole: Gate = (files) =>
  files
    .filter(({ path }) => isTest(path) && isScript(path))
    .flatMap((file) =>
      nodesOf(file).flatMap((node) => {
        const mark = markOf(node);
        return mark === null
          ? []
          : [{ path: file.path, line: lineOf(file.text, node.start), text: `has ${mark}` }];
      }),
    );

function markOf(node: Node): string | null {
  if (node.type === "MemberExpression") {
    const name = nameOf(node.property);
    const runner = rootOf(node);
    return name !== null && marks.has(name) && runner !== null && runners.has(runner)
      ? `${runner}.${name}`
      : null;
  }
  if (node.type !== "CallExpression") return null;
  const name = nameOf(node.callee);
  if (name !== null && marked.has(name)) return name;
  const runner = rootOf(node.callee);
  return runner !== null && runners.has(runner) ? optionOf(node) : null;
}

/** `test("…", { skip: true }, …)`, as node:test and Deno have it. */
function optionOf(call: Node): string | null {
  const options: unknown[] = Array.isArray(call.arguments) ? call.arguments.filter(isNode) : [];
  for (const argument of options) {
    if (
      !isNode(argument) ||
      argument.type !== "ObjectExpression" ||
      !Array.isArray(argument.properties)
    )
      continue;
    for (const property of argument.properties) {
      const name = isNode(property) ? nameOf(property.key) : null;
      if (name !== null && (marks.has(name) || name === "ignore")) return `the option ${name}`;
    }
  }
  return null;
}

function nameOf(node: unknown): string | null {
  return isNode(node) && node.type === "Identifier" && typeof node.name === "string"
    ? node.name
    : null;
}

function rootOf(node: unknown): string | null {
  if (!isNode(node)) return null;
  return node.type === "MemberExpression" ? rootOf(node.object) : nameOf(node);
}
