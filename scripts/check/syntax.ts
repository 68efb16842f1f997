import { parseSync } from "vite";
import { type SourceFile, lineOf } from "./files.ts";

/** A node of the ESTree that oxc makes; what a gate needs of it is checked where it is used. */
export interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [key: string]: unknown;
}

const parsed = new WeakMap<SourceFile, readonly Node[]>();

/** Every node of a file, parents first. Parsing is shared by the gates. */
export function nodesOf(file: SourceFile): readonly Node[] {
  const known = parsed.get(file);
  if (known !== undefined) return known;
  const { program, errors } = parseSync(file.path, file.text, {});
  const [error] = errors;
  if (error !== undefined) throw new SyntaxError(`${file.path}: ${error.message}`);
  const nodes: Node[] = [];
  gather(program, nodes);
  parsed.set(file, nodes);
  return nodes;
}

export function isNode(value: unknown): value is Node {
  return (
    typeof value === "object" && value !== null && "type" in value && typeof value.type === "string"
  );
}

function gather(value: unknown, nodes: Node[]): void {
  if (Array.isArray(value)) {
    for (const entry of value) gather(entry, nodes);
  } else if (isNode(value)) {
    nodes.push(value);
    for (const [key, child] of Object.entries(value)) if (key !== "parent") gather(child, nodes);
  }
}

/** The text of a string literal, or of a template with its expressions left out; null for anything else. */
export function stringOf(node: unknown): string | null {
  if (!isNode(node)) return null;
  if (node.type === "Literal" && typeof node.value === "string") return node.value;
  if (node.type !== "TemplateLiteral" || !Array.isArray(node.quasis)) return null;
  return node.quasis
    .map((part: { value: { cooked: string | null } }) => part.value.cooked ?? "")
    .join("…");
}

export interface Import {
  /** As it is written: `../schema/ids.ts`, `valibot`. */
  readonly from: string;
  readonly line: number;
}

const importing = new Set([
  "ImportDeclaration",
  "ExportNamedDeclaration",
  "ExportAllDeclaration",
  "ImportExpression",
  "TSImportType",
]);

/** Every import of a file: of types too, since they tie two files together as well. */
export function importsOf(file: SourceFile): Import[] {
  return nodesOf(file).flatMap((node) => {
    if (!importing.has(node.type)) return [];
    const from = stringOf(node.source) ?? stringOf(node.argument);
    return from === null ? [] : [{ from, line: lineOf(file.text, node.start) }];
  });
}

/** Where a relative import leads, as a path from the root; null for a package. */
export function targetOf(path: string, from: string): string | null {
  if (!from.startsWith(".")) return null;
  const parts = path.split("/").slice(0, -1);
  for (const part of from.replace(/\?.*$/, "").split("/")) {
    if (part === "..") parts.pop();
    else if (part !== ".") parts.push(part);
  }
  return parts.join("/");
}
