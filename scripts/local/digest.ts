import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { root } from "./paths.ts";

/** Every file below a path of the repository, sorted; a file is its own list, and nothing is an empty one. */
export function filesBelow(path: string): string[] {
  const full = join(root, path);
  if (!existsSync(full)) return [];
  if (statSync(full).isFile()) return [path];
  return readdirSync(full, { recursive: true, encoding: "utf8" })
    .map((name) => join(path, name))
    .filter((name) => statSync(join(root, name)).isFile())
    .toSorted();
}

/** One digest over names and contents, so that a renamed, added or removed file changes it too. */
export function digestOf(...paths: readonly string[]): string {
  const hash = createHash("sha256");
  for (const name of paths.flatMap(filesBelow)) {
    const content = readFileSync(join(root, name));
    hash.update(`${name}\n${content.byteLength}\n`).update(content);
  }
  return hash.digest("hex");
}

/** Does the work unless the stamp says that it was done for this digest; returns whether it did it. */
export async function onceFor(
  stamp: string,
  digest: string,
  work: () => Promise<void>,
): Promise<boolean> {
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === digest) return false;
  await work();
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, digest);
  return true;
}
