import { execFileSync } from "node:child_process";
import { readFileSync, statSync } from "node:fs";
import { extname, join } from "node:path";
import { root } from "../local/paths.ts";

/** A file as a gate sees it: a path from the root, with slashes, and its text. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** What a gate objects to. A warning is printed and does not fail. */
export interface Finding {
  readonly path: string;
  readonly line?: number;
  readonly text: string;
  readonly warning?: true;
}

export type Gate = (files: readonly SourceFile[]) => Finding[];

const textual = new Set([
  ...[".ts", ".tsx", ".mts", ".js", ".mjs", ".css", ".html", ".sql", ".md"],
  ...[".json", ".jsonc", ".toml", ".yml", ".yaml", ".sh", ""],
]);

/** Written by a tool: nobody reads them, and no rule of style holds for them. */
export const isGenerated = (path: string) =>
  path === "worker-configuration.d.ts" || path === "package-lock.json";

export const isScript = (path: string) => /\.(ts|tsx|mts|mjs|js)$/.test(path) && !isGenerated(path);
export const isTest = (path: string) => path.startsWith("test/");

/** What git has or would take, so that nothing secret, built or downloaded is looked at. */
export function readRepository(): SourceFile[] {
  const args = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
  const names = execFileSync("git", args, {
    cwd: root,
    encoding: "utf8",
    maxBuffer: 16 * 1024 * 1024,
  });
  return [...new Set(names.split("\0"))]
    .filter((path) => path !== "" && textual.has(extname(path)) && isFile(join(root, path)))
    .toSorted()
    .map((path) => ({ path, text: readFileSync(join(root, path), "utf8") }));
}

export function lineOf(text: string, offset: number): number {
  return text.slice(0, offset).split("\n").length;
}

/** What git still lists may be deleted already, or be a link. */
const isFile = (path: string) => statSync(path, { throwIfNoEntry: false })?.isFile() === true;
